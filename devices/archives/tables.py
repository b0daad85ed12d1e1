"""CSV files of apps: their encoding found, not guessed; strict about what would lose lines.

A file is looked through as a whole before its first line is used, so that damage which puts all
of it in doubt (an unclosed quote, bytes of another encoding) refuses it before anything is stored.
"""

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from devices.archives.found import Refused
from devices.archives.parts import Part

# utf-8-sig reads UTF-8 with and without a byte order mark. What is valid UTF-8 and holds more than
# ASCII is never CP932 by chance.
ENCODINGS = ("utf-8-sig", "cp932")
NAMES = {"utf-8-sig": "UTF-8", "cp932": "CP932"}
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
LARGEST = 64 * 2**20
PIECE = 64 * 1024

Row = tuple[int, list[str]]
"""The line a record begins on, the file's first being 1, and its cells."""


class _Reader(Protocol):
    """What `csv.reader` returns; its own type has no public name before Python 3.13."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file that was looked through; `header` in its normal form."""

    part: Part
    encoding: str
    header: tuple[str, ...]

    def rows(self) -> Iterator[Row]:
        """Every record after the header that is not blank."""
        with _records(self.part, self.encoding) as records:
            next(records, None)
            yield from records


def table(part: Part) -> Table:
    """Look a CSV file through. Raises Refused."""
    encoding = _encoding(part)
    with _records(part, encoding) as records:
        first = next(records, None)
        if first is None:
            raise Refused(f"{part.name} is empty: its first line has to name the columns.")
        for _ in records:
            pass
    return Table(part, encoding, tuple(normal(name) for name in first[1]))


def header_in(head: bytes) -> tuple[str, ...]:
    """The columns that a file's first line names, in their normal form; none if it is no CSV."""
    first = next((line for line in head.splitlines() if line.strip()), b"")
    for encoding in ENCODINGS:
        try:
            cells = next(csv.reader([first.decode(encoding)], strict=True), [])
        except UnicodeDecodeError:
            continue
        except csv.Error:
            return ()
        return tuple(normal(name) for name in cells)
    return ()


def normal(name: str) -> str:
    """A column's name or a word in one width, without spaces, in small letters."""
    return "".join(unicodedata.normalize("NFKC", name).lower().split())


def _encoding(part: Part) -> str:
    failed: UnicodeDecodeError | None = None
    line = 1
    for encoding in ENCODINGS:
        decoder = codecs.getincrementaldecoder(encoding)()
        lines = 1
        try:
            for piece in _pieces(part):
                lines += decoder.decode(piece).count("\n")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            if failed is None:
                failed, line = error, lines + error.object[: error.start].count(b"\n")
        else:
            return encoding
    raise Refused(
        f"{part.name}, line {line} is neither UTF-8 nor CP932: export the file again, or save it as"
        " CSV UTF-8."
    )


def _pieces(part: Part) -> Iterator[bytes]:
    read = 0
    with part.opened() as stream:
        while piece := stream.read(PIECE):
            if not read and piece[:2] in UTF16_MARKS:
                raise Refused(f"{part.name} is UTF-16: save it as CSV UTF-8.")
            read += len(piece)
            if read > LARGEST:
                raise Refused(f"{part.name} is larger than {LARGEST:,} bytes: split it by year.")
            yield piece


@contextmanager
def _records(part: Part, encoding: str) -> Iterator[Iterator[Row]]:
    with part.opened() as stream:
        yield _strict(stream, part, encoding)


def _strict(stream: BinaryIO, part: Part, encoding: str) -> Iterator[Row]:
    text = io.TextIOWrapper(stream, encoding=encoding, newline="")
    # Without strict, an unclosed quote swallows the rest of the file into one cell.
    reader: _Reader = csv.reader(text, strict=True)
    line = 1
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                yield line, record
            # A record may run over several lines; the next begins after its last.
            line = reader.line_num + 1
    except csv.Error as error:
        raise Refused(
            f"{part.name}, line {line}: {_in_words(error)}. Nothing of it was taken in: correct the"
            " line, or export the file again."
        ) from error


def _in_words(error: csv.Error) -> str:
    message = str(error)
    if "unexpected end of data" in message:
        return "a quotation mark is opened here and never closed"
    if "field larger" in message:
        return "a cell is longer than 128 KiB, perhaps because a quotation mark is not closed"
    if "expected after" in message:
        return "after a closing quotation mark comes neither a comma nor the end of the line"
    return message
