"""A mapping as JSON, to the layout it describes; or every reason why it describes none.

    {"encoding": "cp932", "delimiter": ",", "header_lines": 1,
     "trailer": {"mark": "T", "count_in": 2},
     "columns": {
       "operator_subscriber_id": {"from": "契約番号"},
       "activated_on": {"from": "契約日", "dates": ["era", "compact"], "full_width": true},
       "msisdn": {"from": "電話番号"},
       "family_name": {"from": "氏名", "part": 1},
       "given_name": {"from": "氏名", "part": 2},
       "family_name_kana": {"from": "セイ", "katakana": true},
       "sex": {"from": "性別", "words": {"男": "male", "2": "female"}},
       "language": {"constant": "ja"}},
     "ignored": ["備考"]}

Everything but `columns` may be left out. What a mapping does not name it does not have: a key that
is not known is an error, because a misspelt one would silently change what is read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from healthcare.subscribers.loading import dates, transforms
from healthcare.subscribers.loading.cells import BadCell, Setting
from healthcare.subscribers.loading.columns import ADDED_BY_REJECTS, STANDARD, CellReader, Column
from healthcare.subscribers.loading.encodings import ENCODINGS
from healthcare.subscribers.loading.layouts import Form, Layout, Trailer

KEYS = ("encoding", "delimiter", "header_lines", "names", "trailer", "columns", "ignored")
COLUMN_KEYS = ("from", "constant", "dates", "full_width", "part", "katakana", "words")
DELIMITERS = {",": ",", "\t": "\t", ";": ";", "|": "|", "tab": "\t"}
MOST_COLUMNS = 400
MOST_WORDS = 200
MOST_HEADER_LINES = 50
LONGEST_NAME = 200

DATES = tuple(each.name for each in STANDARD if each.sql_type == "date")
NUMBERS = ("msisdn", "trial_days_left", "price_override")
NAMES_OF_PEOPLE = ("family_name", "given_name", "family_name_kana", "given_name_kana")
KANA = ("family_name_kana", "given_name_kana")
_ALLOWED = {
    "dates": DATES,
    "full_width": (*DATES, *NUMBERS),
    "part": NAMES_OF_PEOPLE,
    "katakana": KANA,
    "words": ("sex", "language", "package", "tariff", "prefecture"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at one place of a definition, with the cure. `place` is a dotted path."""

    place: str
    text: str


class MappingRefused(ValueError):
    """The definition describes no layout; `faults` says why, all at once."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(" ".join(f"{f.place}: {f.text}" if f.place else f.text for f in faults))


def layout_of(definition: object, *, name: str, setting: Setting) -> Layout:
    """The layout that a definition describes.

    Args:
        definition: what `json.loads` gave.
        setting: the operator's country and the day there; words and constants are read against it.

    Raises:
        MappingRefused: with everything that is wrong.
    """
    reader = _Reader(setting)
    layout = reader.layout(definition, name)
    if reader.faults:
        raise MappingRefused(reader.faults)
    return layout


class _Reader:
    """Reads one definition and notes what is wrong with it."""

    def __init__(self, setting: Setting) -> None:
        self.faults: list[Fault] = []
        self._setting = setting

    def layout(self, definition: object, name: str) -> Layout:
        found = self._object(definition, "", KEYS)
        columns = self._columns(found.get("columns"))
        form = self._form(found)
        self._check_names(columns, form)
        return Layout(name, columns, form)

    def _fault(self, place: str, text: str) -> None:
        self.faults.append(Fault(place, text))

    def _object(self, value: object, place: str, keys: Sequence[str]) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            self._fault(place, "Must be an object.")
            return {}
        for unknown in [each for each in value if each not in keys]:
            inside = f"{place}.{unknown}" if place else str(unknown)
            self._fault(inside, f"Is not known: use {', '.join(keys)}.")
        return value

    def _text(self, value: object, place: str) -> str:
        if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_NAME:
            self._fault(place, f"Must be a text of 1 to {LONGEST_NAME} characters.")
            return ""
        return value

    def _name(self, value: object, place: str) -> str:
        """A name of theirs in the form in which headers are compared."""
        name = self._text(value, place).strip().lower()
        if name in ADDED_BY_REJECTS:
            self._fault(place, "Is a column of rejects files, which means nothing: rename it.")
        return name

    def _names(self, value: object, place: str) -> tuple[str, ...]:
        if not isinstance(value, list) or len(value) > MOST_COLUMNS:
            self._fault(place, f"Must be a list of at most {MOST_COLUMNS} names.")
            return ()
        return tuple(self._name(each, f"{place}.{i}") for i, each in enumerate(value))

    def _number(self, value: object, place: str, least: int, most: int) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self._fault(place, f"Must be a whole number from {least} to {most}.")
            return least
        return value

    def _encoding(self, value: object) -> str | None:
        if value is None or value == "":
            return None
        if not isinstance(value, str) or value.lower() not in ENCODINGS:
            self._fault("encoding", f"Must be one of {', '.join(ENCODINGS)}.")
            return None
        return value.lower()

    def _form(self, found: Mapping[str, Any]) -> Form:
        delimiter = found.get("delimiter", ",")
        if not isinstance(delimiter, str) or delimiter not in DELIMITERS:
            self._fault("delimiter", "Must be a comma, a tab, a semicolon or a vertical bar.")
            delimiter = ","
        header_lines = self._number(
            found.get("header_lines", 1), "header_lines", 0, MOST_HEADER_LINES
        )
        names = self._names(found.get("names", []), "names")
        if bool(names) != (header_lines == 0):
            self._fault(
                "names",
                "Say them exactly when `header_lines` is 0: then no line names the columns.",
            )
        ignored = self._names(found.get("ignored", []), "ignored")
        return Form(
            delimiter=DELIMITERS[delimiter],
            header_lines=header_lines,
            names=names,
            ignored=frozenset(ignored),
            trailer=self._trailer(found.get("trailer")),
            encoding=self._encoding(found.get("encoding")),
        )

    def _trailer(self, value: object) -> Trailer | None:
        if value is None:
            return None
        found = self._object(value, "trailer", ("mark", "count_in"))
        return Trailer(
            mark=self._text(found.get("mark"), "trailer.mark"),
            count_in=self._number(found.get("count_in", 2), "trailer.count_in", 2, MOST_COLUMNS),
        )

    def _columns(self, value: object) -> tuple[Column, ...]:
        found = self._object(value, "columns", [each.name for each in STANDARD])
        for column in STANDARD:
            if column.required and column.name not in found:
                self._fault(
                    f"columns.{column.name}", "Is required: say which column it comes from."
                )
        return tuple(
            self._column(column, found[column.name])
            if column.name in found
            else replace(column, absent=True)
            for column in STANDARD
        )

    def _column(self, column: Column, value: object) -> Column:
        place = f"columns.{column.name}"
        found = self._object(value, place, COLUMN_KEYS)
        for key, names in _ALLOWED.items():
            if key in found and column.name not in names:
                self._fault(f"{place}.{key}", f"Does not fit here: it is for {', '.join(names)}.")
        if ("from" in found) == ("constant" in found):
            self._fault(place, "Must have either `from` or `constant`.")
        if "constant" in found:
            return self._constant(column, found, place)
        steps = self._steps(column, found, place)
        source = self._name(found.get("from"), f"{place}.from") if "from" in found else ""
        read = transforms.chained(steps, column.read) if steps else column.read
        return replace(column, source=source, read=read)

    def _constant(self, column: Column, found: Mapping[str, Any], place: str) -> Column:
        if column.required:
            self._fault(place, "Differs from row to row: it cannot be a constant.")
        if len(found) > 1:
            self._fault(place, "A constant has nothing beside it.")
        value = self._checked(column, found["constant"], f"{place}.constant")
        return replace(column, constant=value, read=transforms.always(value))

    def _checked(self, column: Column, value: object, place: str) -> str:
        """A value of ours, in its normal form."""
        if not isinstance(value, str):
            self._fault(place, "Must be a text.")
            return ""
        try:
            return column.read(value, self._setting)
        except BadCell as error:
            self._fault(place, str(error))
            return ""

    def _steps(self, column: Column, found: Mapping[str, Any], place: str) -> list[CellReader]:
        steps: list[CellReader] = []
        if self._flag(found, "full_width", place):
            steps.append(transforms.half_width)
        if self._flag(found, "katakana", place):
            steps.append(transforms.katakana)
        if "part" in found:
            steps.append(
                transforms.part_of_name(self._number(found["part"], f"{place}.part", 1, 2))
            )
        if "dates" in found:
            forms = self._forms(found["dates"], f"{place}.dates")
            steps.append(transforms.dates_in(forms))
        if "words" in found:
            steps.append(
                transforms.words_for(self._words(column, found["words"], f"{place}.words"))
            )
        return steps

    def _flag(self, found: Mapping[str, Any], key: str, place: str) -> bool:
        if not isinstance(found.get(key, False), bool):
            self._fault(f"{place}.{key}", "Must be true or false.")
        return found.get(key) is True

    def _forms(self, value: object, place: str) -> tuple[str, ...]:
        if not isinstance(value, list) or not value or any(f not in dates.FORMS for f in value):
            self._fault(place, f"Must be a list of forms: {', '.join(dates.FORMS)}.")
            return ("iso",)
        for pair in dates.AMBIGUOUS:
            if all(form in value for form in pair):
                self._fault(place, f"Of {' and '.join(pair)} only one can be: a cell may be both.")
        return tuple(value)

    def _words(self, column: Column, value: object, place: str) -> dict[str, str]:
        if not isinstance(value, dict) or not value or len(value) > MOST_WORDS:
            self._fault(place, f"Must be an object of 1 to {MOST_WORDS} words.")
            return {}
        words: dict[str, str] = {}
        for theirs, ours in value.items():
            try:
                key = transforms.key(theirs, self._setting)
            except BadCell as error:
                self._fault(f"{place}.{theirs}", str(error))
                continue
            if key in words:
                self._fault(f"{place}.{theirs}", "Is there twice, in another width or case.")
            words[key] = self._checked(column, ours, f"{place}.{theirs}")
        return words

    def _check_names(self, columns: Sequence[Column], form: Form) -> None:
        """Every column of theirs is used or ignored, and none is both."""
        used = [(c.name, c.source) for c in columns if c.source]
        for name, source in used:
            if source in form.ignored:
                self._fault(f"columns.{name}.from", f"{source!r} is ignored too: take one out.")
            if form.names and source not in form.names:
                self._fault(f"columns.{name}.from", f"{source!r} is not in `names`: add it there.")
            if not _can_be_written(source, form.encoding):
                self._fault(f"columns.{name}.from", f"Cannot be written in {form.encoding}.")
        sources = {source for _, source in used}
        for index, name in enumerate(form.names):
            if name not in sources and name not in form.ignored:
                self._fault(f"names.{index}", f"{name!r} is neither read nor ignored: say which.")
            if name in sources and form.names.count(name) > 1:
                self._fault(f"names.{index}", f"{name!r} is there twice: which one is read?")


def _can_be_written(name: str, encoding: str | None) -> bool:
    try:
        name.encode(ENCODINGS[encoding or "utf-8"])
    except UnicodeEncodeError:
        return False
    return "\0" not in name
