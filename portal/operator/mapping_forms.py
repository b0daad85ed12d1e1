"""How a file of an operator's is laid out, filled in on a page, and the definition it makes."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from healthcare.subscribers.loading import dates
from healthcare.subscribers.loading.columns import NAMES, REQUIRED
from healthcare.subscribers.loading.definitions import DATES, KANA, NUMBERS, Fault
from healthcare.subscribers.loading.layouts import Form, Trailer
from healthcare.subscribers.trying import Sample

MAX_SAMPLE = 32 * 1024 * 1024
MOST_CELLS = 10_000
IGNORED = "ignored"
# One column of theirs that holds two of ours: family name first, given name after it.
PAIRS = {
    "family_name+given_name": ("family_name", "given_name"),
    "family_name_kana+given_name_kana": ("family_name_kana", "given_name_kana"),
}
SEXES = ("female", "male", "other")
_BETWEEN_WORDS = re.compile(r"[,、，\s]+")
_DELIMITERS = ((",", _("Comma")), ("tab", _("Tab")), (";", _("Semicolon")), ("|", "|"))


class FormForm(forms.Form):
    """The file as a whole: name of the mapping, encoding, what divides columns, header, trailer."""

    name = forms.CharField(
        label=_("Name of the mapping"),
        max_length=40,
        help_text=_("Small letters, digits, hyphens. A name that is there gets its next version."),
    )
    encoding = forms.ChoiceField(
        label=_("Encoding"),
        required=False,
        choices=[
            ("", _("UTF-8; if it is not, show me how it would read")),
            ("cp932", _("CP932 (Windows Shift_JIS)")),
            ("euc-jp", "EUC-JP"),
        ],
    )
    delimiter = forms.ChoiceField(label=_("Columns are divided by"), choices=_DELIMITERS)
    header_lines = forms.IntegerField(
        label=_("Line that names the columns"), min_value=1, max_value=50, initial=1
    )
    trailer_mark = forms.CharField(
        label=_("Last line begins with"),
        max_length=40,
        required=False,
        help_text=_("Only if the last line counts the rows, such as T,1234."),
    )
    trailer_count_in = forms.IntegerField(
        label=_("and counts the rows in column"), min_value=2, max_value=400, initial=2
    )

    @property
    def whole(self) -> list[forms.BoundField]:
        """The fields of the file as a whole."""
        return [self[name] for name in FormForm.base_fields]

    def form(self) -> Form:
        """The form of the file, to cut a sample by."""
        said = self.cleaned_data
        mark = said["trailer_mark"]
        return Form(
            delimiter="\t" if said["delimiter"] == "tab" else said["delimiter"],
            header_lines=said["header_lines"],
            trailer=Trailer(mark, said["trailer_count_in"]) if mark else None,
            encoding=said["encoding"] or None,
        )


class SampleForm(FormForm):
    """The first step: a sample of the file, which is not kept."""

    file = forms.FileField(label=_("Sample: the file, or its beginning"), max_length=200)

    def clean_file(self) -> object:
        """Refuse what is no sample before it is read."""
        file = self.cleaned_data["file"]
        if file.size > MAX_SAMPLE:
            raise forms.ValidationError(
                _("The sample is over 32 MB. Its first lines are enough."), code="too_large"
            )
        return file


class ColumnsForm(FormForm):
    """The second step: what each column of the sample is, and how its cells are written."""

    sample = forms.CharField(widget=forms.HiddenInput, max_length=2_000_000)
    dates = forms.MultipleChoiceField(
        label=_("Dates are written as"),
        required=False,
        choices=[(form, dates.EXAMPLES[form]) for form in dates.FORMS],
        widget=forms.CheckboxSelectMultiple,
        initial=["iso"],
    )
    full_width = forms.BooleanField(
        label=_("Digits in dates and numbers may be full-width"), required=False
    )
    katakana = forms.BooleanField(label=_("Make katakana of hiragana readings"), required=False)
    female = forms.CharField(label=_("Words for female"), required=False, max_length=200)
    male = forms.CharField(label=_("Words for male"), required=False, max_length=200)
    other = forms.CharField(label=_("Words for other"), required=False, max_length=200)
    language = forms.ChoiceField(
        label=_("Language of everybody in the file"),
        required=False,
        choices=[("", _("As the file says, or not said")), ("ja", "日本語"), ("en", "English")],
    )

    def __init__(self, *args: Any, header: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._header = header
        for index, name in enumerate(header):
            self.fields[f"to_{index}"] = forms.ChoiceField(
                label=name, required=False, choices=_targets()
            )

    @property
    def words(self) -> list[forms.BoundField]:
        """The fields for words."""
        return [self[name] for name in (*SEXES, "language")]

    def targets(self) -> list[forms.BoundField]:
        """The fields of the columns, in the order of the file."""
        return [self[f"to_{index}"] for index in range(len(self._header))]

    def definition(self) -> tuple[dict[str, Any], list[Fault]]:
        """The definition that was filled in, and what no definition can say."""
        said, faults = self.cleaned_data, list[Fault]()
        columns: dict[str, dict[str, Any]] = {}
        ignored = []
        for index, name in enumerate(self._header):
            target = said[f"to_{index}"]
            if target == IGNORED:
                ignored.append(name)
            elif not target:
                faults.append(Fault(name, str(_("Say what it is, or that it means nothing."))))
            for part, ours in enumerate(PAIRS.get(target, (target,)), start=1):
                if ours in columns:
                    faults.append(Fault(name, str(_("Another column is this one already."))))
                elif ours in NAMES:
                    columns[ours] = {"from": name} | ({"part": part} if target in PAIRS else {})
        for ours in REQUIRED:
            if ours not in columns:
                faults.append(Fault(ours, str(_("Must be there: say which column it is."))))
        self._say_how(columns)
        whole: dict[str, Any] = {"columns": columns, "delimiter": said["delimiter"]}
        whole["header_lines"] = said["header_lines"]
        if said["encoding"]:
            whole["encoding"] = said["encoding"]
        if said["trailer_mark"]:
            whole["trailer"] = {"mark": said["trailer_mark"], "count_in": said["trailer_count_in"]}
        if ignored:
            whole["ignored"] = ignored
        return whole, faults

    def _say_how(self, columns: dict[str, dict[str, Any]]) -> None:
        said = self.cleaned_data
        for name, column in columns.items():
            if name in DATES and said["dates"] and said["dates"] != ["iso"]:
                column["dates"] = said["dates"]
            if name in (*DATES, *NUMBERS) and said["full_width"]:
                column["full_width"] = True
            if name in KANA and said["katakana"]:
                column["katakana"] = True
        words = {word: sex for sex in SEXES for word in _BETWEEN_WORDS.split(said[sex]) if word}
        if words and "sex" in columns:
            columns["sex"]["words"] = words
        if said["language"] and "language" not in columns:
            columns["language"] = {"constant": said["language"]}


def _targets() -> list[tuple[str, Any]]:
    pairs = [
        ("family_name+given_name", _("family and given name, a space between")),
        ("family_name_kana+given_name_kana", _("both readings, a space between")),
    ]
    ours = [(name, name) for name in NAMES]
    return [("", _("Choose")), *ours, *pairs, (IGNORED, _("means nothing to us"))]


def initial_of(definition: Mapping[str, Any], header: Sequence[str]) -> dict[str, Any]:
    """What a page shows of a definition that was saved before; some can only be said in JSON."""
    columns: Mapping[str, Mapping[str, Any]] = definition["columns"]
    trailer = definition.get("trailer") or {}
    found: dict[str, Any] = {
        "encoding": definition.get("encoding", ""),
        "delimiter": "tab" if definition.get("delimiter") == "\t" else definition.get("delimiter"),
        "header_lines": definition.get("header_lines", 1),
        "trailer_mark": trailer.get("mark", ""),
        "trailer_count_in": trailer.get("count_in", 2),
        "dates": next((c["dates"] for c in columns.values() if "dates" in c), ["iso"]),
        "full_width": any(column.get("full_width") for column in columns.values()),
        "katakana": any(column.get("katakana") for column in columns.values()),
        "language": columns.get("language", {}).get("constant", ""),
    }
    found["delimiter"] = found["delimiter"] or ","
    for theirs, ours in columns.get("sex", {}).get("words", {}).items():
        found[ours] = f"{found[ours]}, {theirs}" if ours in found else theirs
    for index, name in enumerate(header):
        found[f"to_{index}"] = _target_of(name, definition)
    return found


def said_by_the_page(definition: Mapping[str, Any]) -> bool:
    """Whether the page can show all that a definition says, so that saving it there loses none."""
    froms = (column.get("from") for column in definition["columns"].values())
    header = list(dict.fromkeys([*filter(None, froms), *definition.get("ignored", [])]))
    initial = {**initial_of(definition, header), "name": "x", "sample": "[]"}
    form = ColumnsForm(initial, header=header)
    if not form.is_valid():
        return False
    made, faults = form.definition()
    return not faults and _compared(made) == _compared(definition)


def _compared(definition: Mapping[str, Any]) -> dict[str, Any]:
    """A definition with what it leaves unsaid, and without order where order means nothing."""
    said = {"delimiter": ",", "header_lines": 1, "trailer": None, "encoding": "", **definition}
    if said["trailer"]:
        said["trailer"] = {"count_in": 2, **said["trailer"]}
    said["delimiter"] = "\t" if said["delimiter"] == "tab" else said["delimiter"]
    said["ignored"] = sorted(said.get("ignored", []))
    return said


def _target_of(name: str, definition: Mapping[str, Any]) -> str:
    mine = [ours for ours, column in definition["columns"].items() if column.get("from") == name]
    if len(mine) > 1:
        return next((key for key, pair in PAIRS.items() if set(pair) == set(mine)), "")
    return mine[0] if mine else IGNORED if name in definition.get("ignored", []) else ""


def initial_names(header: Sequence[str]) -> dict[str, Any]:
    """For a new mapping: columns that are called as ours are."""
    return {f"to_{i}": name for i, name in enumerate(header) if name in NAMES}


def packed(sample: Sample) -> str:
    """A sample as the text of a hidden field: names in it are kept by nobody but the page."""
    return json.dumps([list(sample.header), list(sample.records)], ensure_ascii=False)


def unpacked(text: str) -> Sample:
    """The sample in a hidden field. Raises ValueError for anything else."""
    try:
        header, records = json.loads(text)
        if not _texts(header) or len(header) * (1 + len(records)) > MOST_CELLS:
            raise ValueError("no header")
        rows = tuple((int(line), list(cells)) for line, cells in records)
    except (TypeError, RecursionError) as error:
        raise ValueError("no sample") from error
    if not all(_texts(cells) and cells for _, cells in rows):
        raise ValueError("no rows")
    return Sample(tuple(header), rows)


def _texts(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


@dataclass(frozen=True, slots=True)
class ColumnRead:
    """A line of the page of a mapping: a column of ours, where it comes from, and how."""

    name: str
    source: str
    constant: str
    how: str


def columns_read(definition: Mapping[str, Any]) -> list[ColumnRead]:
    """The columns of a definition for a page, in our order."""
    columns = definition["columns"]
    return [
        ColumnRead(
            name,
            columns[name].get("from", ""),
            columns[name].get("constant", ""),
            ", ".join(_how(columns[name])),
        )
        for name in NAMES
        if name in columns
    ]


def _how(column: Mapping[str, Any]) -> list[str]:
    how = [dates.EXAMPLES[form] for form in column.get("dates", [])]
    how += [f"{theirs} = {ours}" for theirs, ours in column.get("words", {}).items()]
    if column.get("part"):
        how.append(
            str(_("first word") if column["part"] == 1 else _("what follows the first word"))
        )
    if column.get("full_width"):
        how.append(str(_("full-width digits too")))
    if column.get("katakana"):
        how.append(str(_("hiragana as katakana")))
    return how
