"""What an operator's mapping does to a cell before it is read like one of the standard layout.

Each step is a reader of cells itself: it gives the cell in a form that the standard layout knows,
or raises `BadCell`.
"""

from collections.abc import Mapping, Sequence

from healthcare.subscribers.loading import dates
from healthcare.subscribers.loading.cells import BadCell, Setting, text, unescaped
from healthcare.subscribers.loading.columns import CellReader

# What people type in full width where digits are meant. Not `＝` and `＠`: they hide formulas. The
# long vowel sign is what a Japanese keyboard makes of a hyphen.
_MARKS = {"＋": "+", "－": "-", "−": "-", "ー": "-", "（": "(", "）": ")", "．": ".", "／": "/"}
_FULL_WIDTH = {
    **{0xFF10 + digit: str(digit) for digit in range(10)},
    **{ord(full): half for full, half in _MARKS.items()},
    0x3000: " ",
}
_HIRAGANA = {code: chr(code + 0x60) for code in (*range(0x3041, 0x3097), 0x309D, 0x309E)}


def chained(steps: Sequence[CellReader], read: CellReader) -> CellReader:
    """The steps one after the other, and then the reader of our own column."""

    def read_all(cell: str, setting: Setting) -> str:
        # The apostrophe of a rejects file goes first, so that a step sees what the operator wrote.
        value = unescaped(cell)
        for step in steps:
            value = step(value, setting)
        return read(value, setting)

    return read_all


def always(value: str) -> CellReader:
    """The same whatever the cell is."""
    return lambda cell, setting: value


def half_width(cell: str, setting: Setting) -> str:
    """Full-width digits and the marks between them in half width; everything else as it is."""
    return cell.translate(_FULL_WIDTH)


def katakana(cell: str, setting: Setting) -> str:
    """Hiragana as katakana. The width is one in every column of text anyway."""
    # Separate sound marks join first: か and ゛ are one letter.
    return text(cell, setting).translate(_HIRAGANA)


def dates_in(forms: Sequence[str]) -> CellReader:
    """A date in one of the forms, as YYYY-MM-DD."""
    return lambda cell, setting: dates.read(cell, forms)


def part_of_name(part: int) -> CellReader:
    """The first word of a name (1), or all that comes after it (2)."""

    def read(cell: str, setting: Setting) -> str:
        name = text(cell, setting)
        words = name.split(" ", 1)
        if name and len(words) == 1:
            raise BadCell(
                "cannot_split", "Has no space between the two parts of the name: put one there."
            )
        return words[part - 1] if name else ""

    return read


def words_for(words: Mapping[str, str]) -> CellReader:
    """The word of ours that an operator's word or code stands for.

    `words` has its keys as `key` makes them; an empty cell is empty unless they say otherwise."""

    def read(cell: str, setting: Setting) -> str:
        theirs = key(cell, setting)
        found = words.get(theirs, "" if not theirs else None)
        if found is None:
            known = ", ".join(word for word in words if word)
            raise BadCell("unknown_word", f"The mapping does not know it: write one of {known}.")
        return found

    return read


def key(cell: str, setting: Setting) -> str:
    """The form in which words are compared: one width, no difference between large and small."""
    return text(cell, setting).casefold()
