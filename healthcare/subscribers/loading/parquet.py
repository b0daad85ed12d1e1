"""A Parquet file as a header and records of text, a piece at a time.

Its cells have types, and each becomes the text that a CSV file would have. A type that has already
lost what counts is refused: a telephone number kept as a number has no leading zero any more.

pyarrow is an extra (`parquet`): 55 MB for the few operators that send such files.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from healthcare.subscribers.loading.refusing import FileRefused

try:
    import pyarrow
    from pyarrow import parquet
except ImportError:  # pragma: no cover - the suite installs it
    pyarrow = parquet = None

MARK = b"PAR1"
ROWS_AT_ONCE = 4_000
MOST_COLUMNS = 400
# A group of rows is read as a whole; those that others write have up to a million rows.
LARGEST_GROUP = 512 * 1024 * 1024
LARGEST_FOOTER = 8 * 1024 * 1024
_CURE = "Nothing was taken in; make the file anew and send it again."


@dataclass(frozen=True, slots=True)
class Rows:
    """The names of the columns, and the rows below them, the first being 1."""

    header: tuple[str, ...]
    records: Iterator[tuple[int, list[str]]]
    position: "Position"


@dataclass(slots=True)
class Position:
    """How far one is in the file, in bytes of it."""

    size: int
    rows: int
    done: int = 0

    def tell(self) -> int:
        """Where the rows read by now would end, if all were of one length."""
        return self.size * self.done // self.rows if self.rows else self.size


@contextmanager
def opened_rows(path: Path) -> Iterator[Rows]:
    """The rows of the file at `path`.

    Raises:
        FileRefused: it is damaged, too large, or has a column whose type lost something; also
            while its rows are read. Or pyarrow is not installed.
    """
    if parquet is None:
        raise FileRefused(
            "The file is Parquet, and this server cannot read it: install the extra `parquet`"
            " (pip install 'pyarrow>=21'), or send CSV."
        )
    with path.open("rb") as raw:
        _check_footer(raw)
        with _in_our_words():
            file = parquet.ParquetFile(
                raw, thrift_string_size_limit=LARGEST_FOOTER, thrift_container_size_limit=100_000
            )
            _check_groups(file.metadata)
            readers = [_reader(column) for column in file.schema_arrow]
        position = Position(path.stat().st_size, file.metadata.num_rows)
        header = tuple(file.schema_arrow.names)
        yield Rows(header, _records(file, readers, position), position)


def _check_footer(raw: BinaryIO) -> None:
    """The footer says how long it is and is read as a whole, so that is looked at before."""
    size = raw.seek(0, 2)
    raw.seek(max(0, size - 8))
    length, mark = raw.read(4), raw.read(4)
    raw.seek(0)
    if size < 12 or mark != MARK:
        raise FileRefused(f"The Parquet file ends too early: it was cut off on its way. {_CURE}")
    if int.from_bytes(length, "little") > min(LARGEST_FOOTER, size):
        raise FileRefused(f"The Parquet file's footer is too long: it is damaged. {_CURE}")


def _check_groups(metadata: Any) -> None:
    if metadata.num_columns > MOST_COLUMNS:
        raise FileRefused(
            f"The Parquet file has {metadata.num_columns:,} columns; at most {MOST_COLUMNS} fit."
        )
    for index in range(metadata.num_row_groups):
        size = metadata.row_group(index).total_byte_size
        if size > LARGEST_GROUP:
            raise FileRefused(
                f"Row group {index + 1} of the Parquet file has {size:,} bytes: write it with"
                " groups of at most 1,000,000 rows and send it again."
            )


def _reader(column: Any) -> Callable[[Any], list[str]]:
    """How a column's cells become text. Raises `FileRefused` for a type that cannot."""
    types, kind = pyarrow.types, column.type
    if types.is_dictionary(kind):
        kind = kind.value_type
    if types.is_string(kind) or types.is_large_string(kind) or types.is_null(kind):
        return _texts
    if types.is_date(kind):
        return _days
    if types.is_integer(kind) and column.name not in _TEXT_ONLY:
        return _numbers
    what = "as a number, which loses leading zeros" if types.is_integer(kind) else f"as {kind}"
    raise FileRefused(
        f"The column {column.name[:80]!r} is kept {what}: write it as text (a day as date or text)"
        " and send the file again."
    )


# Under our names; an operator's own are told by what becomes of the cells, row by row.
_TEXT_ONLY = ("operator_subscriber_id", "msisdn", "postcode", "holder_subscriber_id")


def _texts(cells: Any) -> list[str]:
    return ["" if cell is None else cell for cell in cells.to_pylist()]


def _days(cells: Any) -> list[str]:
    return ["" if cell is None else cell.isoformat() for cell in cells.to_pylist()]


def _numbers(cells: Any) -> list[str]:
    return ["" if cell is None else str(cell) for cell in cells.to_pylist()]


def _records(
    file: Any, readers: list[Callable[[Any], list[str]]], position: Position
) -> Iterator[tuple[int, list[str]]]:
    with _in_our_words():
        for batch in file.iter_batches(batch_size=ROWS_AT_ONCE):
            columns = [read(cells) for read, cells in zip(readers, batch.columns, strict=True)]
            for number, record in enumerate(zip(*columns, strict=True), start=position.done + 1):
                yield number, list(record)
            position.done += batch.num_rows


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        raise FileRefused(f"The Parquet file is damaged. {_CURE}") from error
