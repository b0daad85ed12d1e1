"""Keeps the Japanese catalogue complete without the gettext programs.

`python -m portal.translations` collects every message of the source tree, adds what is new to
`locale/ja/LC_MESSAGES/django.po`, drops what is gone, and compiles `django.mo`. A test fails while
a message has no translation or the compiled file is older than its text.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("healthcare", "devices", "packages", "reports", "portal")
CATALOGUE = ROOT / "portal" / "locale" / "ja" / "LC_MESSAGES" / "django.po"

# Function to the places of (context, singular, plural) among its arguments; -1 for none.
ARGUMENTS = {
    "_": (-1, 0, -1),
    "gettext": (-1, 0, -1),
    "gettext_lazy": (-1, 0, -1),
    "gettext_noop": (-1, 0, -1),
    "ngettext": (-1, 0, 1),
    "ngettext_lazy": (-1, 0, 1),
    "pgettext": (0, 1, -1),
    "pgettext_lazy": (0, 1, -1),
    "npgettext": (0, 1, 2),
}
_STRING = r"""(?:u?'(?:\\.|[^'\\])*'|u?"(?:\\.|[^"\\])*")"""
_CALL = re.compile(rf"\b(\w*gettext|_)\(\s*({_STRING}(?:\s*,\s*{_STRING})*)")


@dataclass(frozen=True, slots=True, order=True)
class Message:
    """A text to translate; `plural` and `context` are empty when there is none."""

    text: str
    plural: str = ""
    context: str = ""


def collect(root: Path = ROOT) -> dict[Message, list[str]]:
    """Every message of the rooms with the files it stands in, in a stable order."""
    found: dict[Message, list[str]] = {}
    for room in ROOMS:
        for path in sorted((root / room).rglob("*")):
            if path.suffix == ".py" and "migrations" not in path.parts:
                messages = of_python(path.read_text(encoding="utf-8"))
            elif path.suffix in (".html", ".txt") and "templates" in path.parts:
                messages = of_template(path.read_text(encoding="utf-8"))
            else:
                continue
            for message in messages:
                places = found.setdefault(message, [])
                place = path.relative_to(root).as_posix()
                if place not in places:
                    places.append(place)
    return found


def of_python(source: str) -> Iterator[Message]:
    """Messages of a module: calls of gettext's functions with literal texts."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            literals = [
                argument.value
                for argument in node.args
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
            ]
            yield from _message(node.func.id, literals)


def of_template(source: str) -> Iterator[Message]:
    """Messages of a template, as Django's own extraction sees them."""
    for name, arguments in _CALL.findall(templatize(source)):
        literals = [ast.literal_eval(text) for text in re.findall(_STRING, arguments)]
        yield from _message(name, literals)


def _message(function: str, literals: list[str]) -> Iterator[Message]:
    places = ARGUMENTS.get(function)
    if places is None or len(literals) <= max(places):
        return
    context, text, plural = (literals[place] if place >= 0 else "" for place in places)
    yield Message(text, plural, context)


def update(catalogue: polib.POFile, messages: dict[Message, list[str]]) -> int:
    """Bring the entries in line with the messages; returns how many wait for a translation."""
    known = {Message(e.msgid, e.msgid_plural or "", e.msgctxt or ""): e for e in catalogue}
    entries = []
    for message in sorted(messages):
        entry = known.get(message) or _entry(message)
        entry.occurrences = [(place, "") for place in messages[message]]
        entries.append(entry)
    catalogue.clear()
    catalogue.extend(entries)
    return sum(not entry.translated() for entry in entries)


def _entry(message: Message) -> polib.POEntry:
    return polib.POEntry(
        msgid=message.text,
        msgid_plural=message.plural,
        msgctxt=message.context or None,
        msgstr_plural={0: ""} if message.plural else {},
    )


def main() -> int:
    """Update and compile the catalogue; 1 while translations are missing."""
    catalogue = polib.pofile(str(CATALOGUE), wrapwidth=98)
    missing = update(catalogue, collect())
    catalogue.save()
    catalogue.save_as_mofile(str(CATALOGUE.with_suffix(".mo")))
    print(f"{len(catalogue)} messages, {missing} without a translation: {CATALOGUE}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
