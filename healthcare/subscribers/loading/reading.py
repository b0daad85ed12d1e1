"""A subscriber file as a stream of records, strict about what would silently lose rows.

Damage that puts the whole file in doubt refuses the file and names the place: a quote that is
never closed, bytes of another encoding, a header that does not fit. Damage of one row is left to
that row.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from healthcare.subscribers.loading.columns import ADDED_BY_REJECTS, Column

# utf-8-sig reads UTF-8 with and without a byte order mark.
ENCODINGS = {"utf-8": "utf-8-sig", "utf-8-sig": "utf-8-sig", "cp932": "cp932"}
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


Record = tuple[int, list[str]]
"""The line a record begins on, the header being line 1, and its cells."""


class CsvReader(Protocol):
    """What `csv.reader` returns; its own type has no public name before Python 3.13."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...


class FileRefused(ValueError):
    """The file as a whole cannot be taken in; the message names the place and the cure."""


@dataclass(frozen=True, slots=True)
class SubscriberFile:
    """An open file whose header was read and fits."""

    header: tuple[str, ...]
    positions: dict[str, int]
    _records: Iterator[Record]
    _raw: BinaryIO

    def records(self) -> Iterator[Record]:
        """Each record with the line it begins on; blank lines are passed over."""
        return self._records

    def bytes_read(self) -> int:
        """Bytes taken from the file, a little ahead of the records."""
        return self._raw.tell()


@contextmanager
def opened(
    path: Path, *, encoding: str | None, columns: Sequence[Column]
) -> Iterator[SubscriberFile]:
    """Open a file and check its header.

    Args:
        encoding: `utf-8`, `utf-8-sig` or `cp932`; None is UTF-8. It is never guessed.

    Raises:
        FileRefused: here or while the records are read.
    """
    codec = _codec(encoding)
    try:
        raw = path.open("rb")
    except OSError as error:
        raise FileRefused(f"{path} cannot be read: {error.strerror}.") from error
    with raw:
        if raw.peek(2)[:2] in UTF16_MARKS:
            raise FileRefused("The file is UTF-16: save it as CSV UTF-8 and send it again.")
        text = io.TextIOWrapper(raw, encoding=codec, newline="")
        # Without strict, an unclosed quote swallows the rest of the file into one cell.
        records = _records(csv.reader(text, strict=True), path, codec)
        first = next(records, None)
        if first is None:
            raise FileRefused("The file is empty: its first line has to name the columns.")
        header = tuple(name.strip().lower() for name in first[1])
        yield SubscriberFile(header, _positions(header, columns), records, raw)


def _codec(encoding: str | None) -> str:
    try:
        return ENCODINGS[(encoding or "utf-8").lower()]
    except KeyError:
        raise FileRefused(
            f"The encoding {encoding!r} is not known: use one of {', '.join(ENCODINGS)}."
        ) from None


def _records(reader: CsvReader, path: Path, codec: str) -> Iterator[Record]:
    line = 1
    try:
        for record in reader:
            if record:
                yield line, record
            # A record may run over several lines; the next begins after its last.
            line = reader.line_num + 1
    except csv.Error as error:
        raise FileRefused(
            f"Line {line}: {_in_words(error)}. Nothing was taken in; correct the line and send the"
            " file again."
        ) from error
    except UnicodeDecodeError as error:
        raise FileRefused(_undecodable(path, codec)) from error


def _in_words(error: csv.Error) -> str:
    message = str(error)
    if "unexpected end of data" in message:
        return "a quotation mark is opened here and never closed"
    if "field larger" in message:
        return "a cell is longer than 128 KiB, perhaps because a quotation mark is not closed"
    if "expected after" in message:
        return "after a closing quotation mark comes neither a comma nor the end of the line"
    return message


def _undecodable(path: Path, codec: str) -> str:
    # Only now is it worth while to look for the place. Neither encoding has a line feed as part
    # of another character.
    with path.open("rb") as raw:
        for line, content in enumerate(raw, start=1):
            try:
                content.decode(codec)
            except UnicodeDecodeError as error:
                other = "utf-8" if codec == "cp932" else "cp932"
                name = "cp932" if codec == "cp932" else "UTF-8"
                return (
                    f"Line {line}, byte {error.start + 1} of the line is not {name}. Nothing was"
                    f" taken in. If the file was written as {other}, say so: --encoding {other}."
                )
    return "The file ends in the middle of a character: send it again."


def _positions(header: tuple[str, ...], columns: Sequence[Column]) -> dict[str, int]:
    known = [column.name for column in columns]
    if any("\0" in name for name in header):
        raise FileRefused("The header has NUL bytes: save the file as CSV UTF-8.")
    unknown = [name for name in header if name not in known and name not in ADDED_BY_REJECTS]
    if unknown:
        commas = " Columns are divided by commas." if len(header) == 1 else ""
        raise FileRefused(
            f"Line 1: the column {unknown[0]!r} is not known.{commas} Take it out or rename it;"
            f" the columns are {', '.join(known)}."
        )
    twice = [name for name in known if header.count(name) > 1]
    if twice:
        raise FileRefused(f"Line 1: the column {twice[0]!r} is there twice: take one out.")
    missing = [column.name for column in columns if column.required and column.name not in header]
    if missing:
        raise FileRefused(f"Line 1: the column {missing[0]!r} is missing: add it.")
    return {name: header.index(name) for name in known if name in header}
