"""The last record of a file that says how many rows it has."""

from collections.abc import Iterator

from healthcare.subscribers.loading.layouts import Trailer
from healthcare.subscribers.loading.refusing import FileRefused

_CURE = "Nothing was taken in; ask for the whole file and send it again."


def before_trailer(
    records: Iterator[tuple[int, list[str]]], trailer: Trailer
) -> Iterator[tuple[int, list[str]]]:
    """The records before the trailer.

    Raises:
        FileRefused: at the end, when there is no trailer, something comes after it, or it counts
            another number of records than there were.
    """
    rows = 0
    for line, record in records:
        if record[0].strip() == trailer.mark:
            _check(line, record, trailer, rows)
            after = next(records, None)
            if after is not None:
                raise FileRefused(f"Line {after[0]}: rows come after the trailer. {_CURE}")
            return
        rows += 1
        yield line, record
    raise FileRefused(
        f"The trailer is missing: the last line has to begin with {trailer.mark!r}. The file was"
        f" cut off after {rows:,} rows. {_CURE}"
    )


def _check(line: int, record: list[str], trailer: Trailer, rows: int) -> None:
    count = record[trailer.count_in - 1].strip() if len(record) >= trailer.count_in else ""
    if not (count.isascii() and count.isdigit() and len(count) <= 12):
        raise FileRefused(
            f"Line {line}: the trailer has no count of rows in cell {trailer.count_in}. {_CURE}"
        )
    if int(count) != rows:
        raise FileRefused(
            f"Line {line}: the trailer counts {int(count):,} rows, and {rows:,} came. {_CURE}"
        )
