"""Numbers of a cell."""

import re
import unicodedata

_NUMBER = re.compile(r"[+-]?\d{1,9}(?:\.\d{1,9})?")
ABSENT = frozenset({"", "-", "--", "–", "—", "n/a"})


class NoNumber(ValueError):
    """A cell that holds no number; the text names it and the cure."""


def number(cell: str, name: str) -> int | float | None:
    """The number of a cell, in any width of digits; None where nothing was measured."""
    text = unicodedata.normalize("NFKC", cell).strip()
    if text.lower() in ABSENT:
        return None
    if not text.isascii() or not _NUMBER.fullmatch(text):
        raise NoNumber(f"{name} {text[:20]!r} is no number: correct it.")
    value = float(text)
    return int(value) if value.is_integer() else value


def needed(cell: str, name: str) -> int | float:
    """The same, of a column that every line fills."""
    value = number(cell, name)
    if value is None:
        raise NoNumber(f"{name} is missing: fill it in.")
    return value
