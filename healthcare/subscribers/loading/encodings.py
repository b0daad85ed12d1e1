"""The encodings a file may be declared to have, and how its rows would read in each.

Which one a file has is never guessed: a wrong guess changes names and nothing else, so nobody
would notice. Where nothing was declared and the file is not plain UTF-8, a person is shown rows as
they would read, and says which it is.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

# utf-8-sig reads UTF-8 with and without a byte order mark.
ENCODINGS = {
    "utf-8": "utf-8-sig",
    "utf-8-sig": "utf-8-sig",
    "cp932": "cp932",
    "euc-jp": "euc_jp",
}
CANDIDATES = ("cp932", "euc-jp")
ROWS_SHOWN = 5
# Bytes. No row of a subscriber file comes near it.
LONGEST_LINE = 1 << 20


@dataclass(frozen=True, slots=True)
class Candidate:
    """How a file would read in an encoding: its first line, and the first lines that tell."""

    encoding: str
    rows: tuple[tuple[str, ...], ...]

    def as_json(self) -> dict[str, object]:
        return {"encoding": self.encoding, "rows": [list(row) for row in self.rows]}


@dataclass(frozen=True, slots=True)
class Place:
    """Where bytes are not of an encoding; `byte` is None for a line too long to be looked at."""

    line: int
    byte: int | None


def first_wrong(stream: BinaryIO, codec: str) -> Place | None:
    """Where the stream is not of this codec, or None when it is from end to end.

    None of the encodings has a line feed as part of another character.
    """
    for line, content in enumerate(_lines(stream), start=1):
        if len(content) == LONGEST_LINE:
            return Place(line, None)
        try:
            content.decode(codec)
        except UnicodeDecodeError as error:
            return Place(line, error.start + 1)
    return None


def telling(stream: BinaryIO) -> list[bytes]:
    """The first line, and the first ones after it that are not plain ASCII: they tell."""
    rows: list[bytes] = []
    for content in _lines(stream):
        if not rows or not content.isascii():
            rows.append(content)
        if len(rows) > ROWS_SHOWN:
            break
    return rows


def read_as(rows: list[bytes], encoding: str, delimiter: str) -> Candidate | None:
    """The rows in an encoding, or None when it cannot be."""
    try:
        text = "".join(row.decode(ENCODINGS[encoding]) for row in rows)
    except UnicodeDecodeError:
        return None
    # Not strict: this is only looked at, and a cell may run on beyond the lines taken.
    read = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return Candidate(encoding, tuple(tuple(row) for row in read if row))
    except csv.Error:
        return None


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    while line := stream.readline(LONGEST_LINE):
        yield line
