"""Checked records into the table `incoming` of the batch's area, by COPY; rejected ones into
ImportRow."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db import connection

from healthcare.subscribers.loading.area import Area
from healthcare.subscribers.loading.cells import Setting
from healthcare.subscribers.loading.columns import Column, ColumnReader
from healthcare.subscribers.loading.kept import Kept, keep
from healthcare.subscribers.loading.progress import Progress, Report
from healthcare.subscribers.loading.reading import Record, SubscriberFile
from healthcare.subscribers.models import ImportBatch, Outcome

# Large enough that a COPY of its own costs nothing, small enough to stay in the processor's cache.
CHUNK = 4_000
# Rows far longer than any of a subscriber file come in smaller chunks.
MOST_CHARACTERS = 1 << 24


@dataclass(frozen=True, slots=True)
class Staged:
    """What was read: all rows, those of them that were rejected, and the line of the last one."""

    rows: int
    rejected: int
    last_line: int


@dataclass(slots=True)
class _Problems:
    """What is wrong with one row, in the order of the columns."""

    fields: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def add(self, name: str, code: str, text: str) -> None:
        self.fields.append(name)
        self.codes.append(code)
        self.texts.append(f"{name}: {text}" if name else text)


def stage(
    file: SubscriberFile,
    *,
    columns: Sequence[Column],
    setting: Setting,
    batch: ImportBatch,
    area: Area,
    report: Report,
) -> Staged:
    """Read the whole file into the area's `incoming`, in which every cell has its normal form.

    Raises:
        FileRefused: from the file.
    """
    _create(area, columns)
    present = [column for column in columns if column.name in file.positions]
    readers = [(ColumnReader(each, setting), file.positions[each.name]) for each in present]
    rows = rejected = last_line = 0
    for chunk in _chunks(file.records()):
        good, bad = _split_by_width(chunk, len(file.header))
        lines = [line for line, _ in good]
        # Turned over once, a chunk is as many columns of cells as the header has.
        cells = list(zip(*(record for _, record in good), strict=True))
        values = [
            _read_column(reader, lines, cells[position] if cells else (), bad)
            for reader, position in readers
        ]
        _copy(area, present, lines, values, bad)
        if bad:
            keep(batch, file, _rejected(chunk, bad))
        rows += len(chunk)
        rejected += len(bad)
        last_line = chunk[-1][0]
        report(Progress(rows=rows, bytes=file.bytes_read(), size=batch.size))
    with connection.cursor() as cursor:
        # Rows lie in the order of their lines, so the smallest of indexes finds a chunk of them.
        cursor.execute(f"CREATE INDEX ON {area.name}.incoming USING brin (line)")
        cursor.execute(f"ANALYZE {area.name}.incoming")
    return Staged(rows=rows, rejected=rejected, last_line=last_line)


def _create(area: Area, columns: Sequence[Column]) -> None:
    fields = ", ".join(f"{column.name} {column.sql_type}" for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {area.name}.incoming (line integer, {fields})")


def _chunks(records: Iterator[Record]) -> Iterator[list[Record]]:
    chunk: list[Record] = []
    characters = 0
    for record in records:
        chunk.append(record)
        characters += sum(map(len, record[1]))
        if len(chunk) == CHUNK or characters > MOST_CHARACTERS:
            yield chunk
            chunk, characters = [], 0
    if chunk:
        yield chunk


def _split_by_width(chunk: list[Record], width: int) -> tuple[list[Record], dict[int, _Problems]]:
    """The records that fit the header, and by line what is wrong with the others."""
    bad: dict[int, _Problems] = {}
    for line, record in chunk:
        if len(record) != width:
            bad[line] = _Problems()
            bad[line].add(
                "", "column_count", f"Has {len(record)} columns, the header {width}: correct it."
            )
    return [each for each in chunk if each[0] not in bad] if bad else chunk, bad


def _read_column(
    reader: ColumnReader, lines: list[int], cells: Sequence[str], bad: dict[int, _Problems]
) -> list[str]:
    """One column of a chunk in its normal form; what cannot be read is noted in `bad`."""
    values = reader.read(cells)
    if reader.wrong:
        for line, cell in zip(lines, cells, strict=True):
            if why := reader.wrong.get(cell):
                problems = bad.setdefault(line, _Problems())
                problems.add(reader.column.name, why.code, str(why))
    return values


def _copy(
    area: Area,
    present: Sequence[Column],
    lines: list[int],
    values: list[list[str]],
    bad: dict[int, _Problems],
) -> None:
    rows: Iterable[tuple[str, ...]] = zip(map(str, lines), *values, strict=True)
    if bad:
        wrong = {str(line) for line in bad}
        rows = [row for row in rows if row[0] not in wrong]
    # Normal forms hold neither tabs nor line ends, so only the backslash needs an escape.
    text = "".join(["\t".join(row) + "\n" for row in rows]).replace("\\", "\\\\")
    names = ", ".join(column.name for column in present)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {area.name}.incoming (line, {names}) FROM STDIN (NULL '')") as copy,
    ):
        copy.write(text)


def _rejected(chunk: list[Record], bad: dict[int, _Problems]) -> Iterator[Kept]:
    for line, record in chunk:
        if line in bad:
            yield Kept(
                line=line,
                outcome=Outcome.REJECTED,
                field="; ".join(bad[line].fields),
                code="; ".join(bad[line].codes),
                text=" ".join(bad[line].texts),
                record=record,
            )
