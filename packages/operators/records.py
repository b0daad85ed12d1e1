"""Strict CSV records: one line each, checked bytes in, checked cells out.

Stricter than CSV allows, because these lines move money: no byte-order mark, no NUL, no line break
inside a cell, no open quote, and no cell that a spreadsheet would run as a formula.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import Self

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
LONGEST_LINE = 4_096
"""Bytes; a longer line is damage, not data."""

_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, line and paragraph separators, writing-direction overrides, surrogates."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class FileError(ValueError):
    """A file or a value that cannot be trusted: names the line (from 1) and the field."""

    def __init__(self, detail: str, *, line: int | None = None, field: str | None = None) -> None:
        self.line, self.field, self.detail = line, field, detail
        place = [f"line {line}"] if line is not None else []
        place += [f"field {field}"] if field is not None else []
        super().__init__(f"{', '.join(place)}: {detail}" if place else detail)

    def on_line(self, line: int) -> Self:
        """The same error, at the line it was read from unless it names one."""
        here = line if self.line is None else self.line
        return type(self)(self.detail, line=here, field=self.field)


class TrailerError(FileError):
    """The lines were readable but the file does not agree with its trailer, or has none."""


def check_cell(text: str, field: str) -> str:
    """A text that may stand in a cell: printable, and no formula to a spreadsheet."""
    if text.startswith(_FORMULA_STARTS):
        raise FileError(
            f"{text!r} begins with {text[0]!r}, which a spreadsheet runs as a formula; "
            "begin it with a letter or a digit",
            field=field,
        )
    if _UNSAFE.search(text):
        raise FileError(f"{text!r} has a control character or line break; remove it", field=field)
    return text


def encode(cells: Sequence[str]) -> bytes:
    """One record in UTF-8 with a CRLF at its end (RFC 4180)."""
    line = StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue().encode()


def decode(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes, list[str]]]:
    """Number (from 1), raw bytes and cells of every line of a binary file."""
    for number, raw in enumerate(lines, start=1):
        yield number, raw, _cells(number, raw)


def _cells(number: int, raw: bytes) -> list[str]:
    if number == 1 and raw.startswith(BYTE_ORDER_MARK):
        raise FileError("begins with a byte-order mark; save it as UTF-8 without one", line=1)
    if len(raw) > LONGEST_LINE:
        raise FileError(f"is longer than {LONGEST_LINE} bytes; ask for the file again", line=number)
    if b"\0" in raw:
        raise FileError("holds a NUL byte; the file is damaged, ask for it again", line=number)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileError(
            f"byte {error.start + 1} is not UTF-8; send the file in UTF-8", line=number
        ) from None
    text = text.removesuffix("\n").removesuffix("\r")
    if unsafe := _UNSAFE.search(text):
        raise FileError(
            f"has {unsafe.group()!r} at character {unsafe.start() + 1}; end lines with CRLF or LF "
            "and send no control characters",
            line=number,
        )
    try:
        rows = list(csv.reader([text], strict=True))
    except csv.Error as error:
        raise FileError(f"has a quote out of place ({error}); close it", line=number) from None
    return rows[0] if rows else []
