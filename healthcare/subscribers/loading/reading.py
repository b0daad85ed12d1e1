"""A subscriber file as a stream of records, strict about what would silently lose rows.

Damage that puts the whole file in doubt refuses the file and names the place: a quote that is
never closed, bytes of another encoding, a header that does not fit, a trailer that is missing or
counts other rows. Damage of one row is left to that row. However the file is made, no more of it
than one record is held at a time.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Protocol

from healthcare.subscribers.loading import parquet
from healthcare.subscribers.loading.cells import unescaped
from healthcare.subscribers.loading.columns import ADDED_BY_REJECTS, Column
from healthcare.subscribers.loading.containers import opened_plain
from healthcare.subscribers.loading.encodings import (
    CANDIDATES,
    ENCODINGS,
    LONGEST_LINE,
    Candidate,
    Place,
    first_wrong,
    read_as,
    telling,
)
from healthcare.subscribers.loading.feeding import Feed, TooLong
from healthcare.subscribers.loading.layouts import PLAIN, Form
from healthcare.subscribers.loading.refusing import FileRefused
from healthcare.subscribers.loading.trailers import before_trailer

__all__ = ["ENCODINGS", "FileRefused", "Record", "SubscriberFile", "opened"]

UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
REJECTS_START = (",".join(ADDED_BY_REJECTS) + ",").encode()
# More than any mapping has columns; a row of a million commas is no row.
MOST_CELLS = 1_000
UTF8_MARK = b"\xef\xbb\xbf"
DIVIDED_BY = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "vertical bars"}

Record = tuple[int, list[str]]
"""The line a record begins on, the first line of the file being 1, and its cells."""


class CsvReader(Protocol):
    """What `csv.reader` returns; its own type has no public name before Python 3.13."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...


class Seen(Protocol):
    """What says how far one is in a file."""

    def tell(self) -> int: ...


@dataclass(frozen=True, slots=True)
class SubscriberFile:
    """An open file whose header was read and fits.

    `header` has the file's own names of its columns, `positions` where ours are among them.
    """

    header: tuple[str, ...]
    positions: dict[str, int]
    _records: Iterator[Record]
    _raw: Seen

    def records(self) -> Iterator[Record]:
        """Each record with the line it begins on; blank lines are passed over."""
        return self._records

    def bytes_read(self) -> int:
        """Bytes taken from the file as it lies there, a little ahead of the records."""
        return self._raw.tell()


@contextmanager
def opened(
    path: Path, *, encoding: str | None, columns: Sequence[Column], form: Form = PLAIN
) -> Iterator[SubscriberFile]:
    """Open a file, plain, gzip or zip, and check its header.

    Args:
        encoding: one of `ENCODINGS`; None is what the form declares, else UTF-8. It is never
            guessed.
        form: how the file is cut into records. A rejects file of ours is told by its first
            columns and is read as what it is, whatever form it was made from.

    Raises:
        FileRefused: here or while the records are read.
    """
    with cut(path, encoding=encoding, form=form) as (file, form):
        yield replace(file, positions=positions_in(file.header, columns, form))


@contextmanager
def cut(
    path: Path, *, encoding: str | None, form: Form = PLAIN
) -> Iterator[tuple[SubscriberFile, Form]]:
    """A file cut into records, with no look at which columns it has; and the form it truly has.

    Raises:
        FileRefused: here or while the records are read.
    """
    if is_parquet(path):
        with parquet.opened_rows(path) as rows:
            names = tuple(unescaped(name.strip()).lower() for name in rows.header)
            whole = Form(ignored=form.ignored)
            yield SubscriberFile(names, {}, rows.records, rows.position), whole
        return
    with opened_plain(path) as plain:
        if _peek(plain.stream)[:2] in UTF16_MARKS:
            raise FileRefused("The file is UTF-16: save it as CSV UTF-8 and send it again.")
        form = _true_form(plain.stream, form)
        encoding = encoding or form.encoding
        text = io.TextIOWrapper(plain.stream, encoding=_codec(encoding), newline="")
        records = _records(Feed(text), path, encoding, form)
        header = _header(records, form)
        # An import reads to the end, so a trailer that is missing is missed before the merge.
        if form.trailer is not None:
            records = before_trailer(records, form.trailer)
        yield SubscriberFile(header, {}, records, plain.raw), form


def confirm_utf8(path: Path, form: Form = PLAIN) -> None:
    """Read a file for which nobody gave an encoding from end to end, to see that it is UTF-8.

    A form that declares one is believed.

    Raises:
        FileRefused: it is not; `candidates` shows how it would read as something else.
    """
    if is_parquet(path):
        return  # which has one encoding, and says how many rows it has
    with opened_plain(path) as plain:
        form = _true_form(plain.stream, form)
        if form.encoding is not None or _peek(plain.stream)[:2] in UTF16_MARKS:
            return  # UTF-16 is refused in its own words when it is opened
        place = first_wrong(plain.stream, ENCODINGS["utf-8"])
    if place is not None and place.byte is not None:
        raise _undecodable(path, None, form.delimiter)


def is_parquet(path: Path) -> bool:
    """Whether a file begins like one. Raises `FileRefused` if it cannot be read."""
    try:
        with path.open("rb") as raw:
            return raw.read(len(parquet.MARK)) == parquet.MARK
    except OSError as error:
        raise FileRefused(f"{path} cannot be read: {error.strerror}.") from error


def _true_form(stream: BinaryIO, form: Form) -> Form:
    """The form, unless it is a rejects file: we write those, always in the same form."""
    is_rejects = _peek(stream).removeprefix(UTF8_MARK).startswith(REJECTS_START)
    return PLAIN if is_rejects else form


def _peek(stream: BinaryIO) -> bytes:
    return stream.peek(64)[:64]  # type: ignore[attr-defined,no-any-return]


def _codec(encoding: str | None) -> str:
    try:
        return ENCODINGS[(encoding or "utf-8").lower()]
    except KeyError:
        raise FileRefused(
            f"The encoding {encoding!r} is not known: use one of {', '.join(ENCODINGS)}."
        ) from None


def _records(feed: Feed, path: Path, encoding: str | None, form: Form) -> Iterator[Record]:
    before = line = 0
    try:
        before = feed.skip(form.header_lines - 1) if form.header_lines > 1 else 0
        line = before + 1
        # Without strict, an unclosed quote swallows the rest of the file into one cell.
        reader: CsvReader = csv.reader(feed, delimiter=form.delimiter, strict=True)
        for record in reader:
            if len(record) > MOST_CELLS:
                raise FileRefused(
                    f"Line {line}: the row has {len(record):,} cells; at most {MOST_CELLS:,} fit."
                    " Nothing was taken in; correct the file and send it again."
                )
            if record:
                yield line, record
            # A record may run over several lines; the next begins after its last.
            line = before + reader.line_num + 1
            feed.left = LONGEST_LINE
    except TooLong as error:
        raise FileRefused(
            f"Line {line}: the row is longer than {LONGEST_LINE:,} characters, perhaps because a"
            " quotation mark is not closed or the lines do not end. Nothing was taken in; correct"
            " the file and send it again."
        ) from error
    except csv.Error as error:
        raise FileRefused(
            f"Line {line}: {_in_words(error)}. Nothing was taken in; correct the line and send the"
            " file again."
        ) from error
    except UnicodeDecodeError as error:
        raise _undecodable(path, encoding, form.delimiter) from error


def _in_words(error: csv.Error) -> str:
    message = str(error)
    if "unexpected end of data" in message:
        return "a quotation mark is opened here and never closed"
    if "field larger" in message:
        return "a cell is longer than 128 KiB, perhaps because a quotation mark is not closed"
    if "expected after" in message:
        return "after a closing quotation mark comes neither a comma nor the end of the line"
    return message


def _undecodable(path: Path, encoding: str | None, delimiter: str) -> FileRefused:
    # Only now is it worth while to look for the place.
    said = (encoding or "utf-8").lower()
    others = [name for name in ("utf-8", *CANDIDATES) if ENCODINGS[name] != ENCODINGS[said]]
    place = _place(path, said)
    if place is None:
        return FileRefused("The file ends in the middle of a character: send it again.")
    name = "UTF-8" if said.startswith("utf-8") else said
    where = f"Line {place.line}, byte {place.byte} of the line is not {name}."
    fitting = [other for other in others if _place(path, other) is None]
    if not fitting:
        return FileRefused(
            f"{where} Nothing was taken in. It is not {' or '.join(others)} from end to end"
            " either: encodings are mixed, or the file is damaged. Make it anew and send it again."
        )
    cure = " or ".join(f"--encoding {other}" for other in fitting)
    return FileRefused(
        f"{where} Nothing was taken in. If the file was written as {' or '.join(fitting)}, say so:"
        f" {cure}.",
        () if encoding else _candidates(path, fitting, delimiter),
    )


def _place(path: Path, encoding: str) -> Place | None:
    with opened_plain(path) as plain:
        return first_wrong(plain.stream, ENCODINGS[encoding])


def _candidates(path: Path, encodings: list[str], delimiter: str) -> tuple[Candidate, ...]:
    with opened_plain(path) as plain:
        rows = telling(plain.stream)
    found = (read_as(rows, encoding, delimiter) for encoding in encodings)
    return tuple(candidate for candidate in found if candidate is not None)


def _header(records: Iterator[Record], form: Form) -> tuple[str, ...]:
    if form.names:
        return form.names
    first = next(records, None)
    if first is None:
        raise FileRefused("The file is empty: its first line has to name the columns.")
    return tuple(unescaped(name.strip()).lower() for name in first[1])


def positions_in(header: tuple[str, ...], columns: Sequence[Column], form: Form) -> dict[str, int]:
    """Where each of our columns stands in a header.

    Raises:
        FileRefused: a column is unknown, there twice, or required and missing.
    """
    read = [column for column in columns if not column.absent and column.constant is None]
    known = list(dict.fromkeys(column.found_as for column in read))
    line = f"Line {max(form.header_lines, 1)}"
    if any("\0" in name for name in header):
        raise FileRefused("The header has NUL bytes: save the file as CSV UTF-8.")
    passed = {*known, *form.ignored, *ADDED_BY_REJECTS}
    unknown = [name for name in header if name not in passed]
    if unknown:
        divided = (
            f" Columns are divided by {DIVIDED_BY[form.delimiter]}." if len(header) == 1 else ""
        )
        raise FileRefused(
            f"{line}: the column {unknown[0][:80]!r} is not known.{divided} Take it out or rename"
            f" it; the columns are {', '.join(known)}."
        )
    twice = [name for name in known if header.count(name) > 1]
    if twice:
        raise FileRefused(f"{line}: the column {twice[0]!r} is there twice: take one out.")
    missing = [c.found_as for c in read if c.required and c.found_as not in header]
    if missing:
        raise FileRefused(f"{line}: the column {missing[0]!r} is missing: add it.")
    # A constant has no cell; the first one stands in for it and is not looked at.
    constants = {column.name: 0 for column in columns if column.constant is not None}
    return constants | {
        column.name: header.index(column.found_as) for column in read if column.found_as in header
    }
