"""The reconciliation sheet: the source beside what became of it, line by line and in total.

A line of the sheet is of all rows, of the rows with one value in a column, or the sum of a column.
In every line

    declared by the manifest = created + updated + unchanged + duplicate + held + rejected
                               (+ left out, when the load was cancelled)

and a difference is said.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import connection

from healthcare.subscribers.loading.cells import BadCell, Setting
from healthcare.subscribers.loading.columns import Column
from healthcare.subscribers.loading.manifests import (
    COUNTED,
    SUMMED,
    Counted,
    Manifest,
    Summed,
    from_stored,
)
from healthcare.subscribers.loading.outcomes import KINDS
from healthcare.subscribers.loading.refusing import FileRefused
from healthcare.subscribers.models import ImportBatch

ROWS = "rows"
# A column with more values than this tells nobody anything, unless the manifest counts them.
MOST_VALUES = 60
_SHOWN = 5


@dataclass(slots=True)
class Line:
    """One line. `value` is null when it is of all rows; `unreadable` counts rows whose cell could
    not be read and is therefore in no figure."""

    of: str
    value: str | None = None
    declared: int | None = None
    unreadable: int = 0
    outcomes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))

    @property
    def found(self) -> int:
        """All outcomes together."""
        return sum(self.outcomes.values())

    @property
    def difference(self) -> int | None:
        """What was declared and did not come; null where nothing was declared."""
        return None if self.declared is None else self.declared - self.found

    def __str__(self) -> str:
        return self.of if self.value is None else f"{self.of} {self.value!r}"


def sheet(
    batch: ImportBatch, rows: str, columns: Sequence[Column], setting: Setting
) -> list[dict[str, object]]:
    """The sheet as the batch keeps it. `rows` is the SQL of `outcomes.proposed` or `loaded`."""
    manifest = from_stored(batch.manifest) if batch.manifest else None
    present = {c.name: c for c in columns if c.name in batch.columns and c.constant is None}
    counted: list[Counted] = [name for name in COUNTED if name in present]
    summed: list[Summed] = [name for name in SUMMED if name in present]
    tally = _tally(rows, counted, summed)
    lines = [_all_rows(batch, tally, manifest)]
    for column in counted:
        declared = manifest.counts.get(column, {}) if manifest else {}
        lines += _counted(batch, tally.values[column], present[column], setting, declared)
    for amount in summed:
        total = manifest.totals.get(amount) if manifest else None
        lines.append(_summed(batch, tally.sums[amount], present[amount], setting, total))
    return [asdict(line) for line in lines]


def stored(batch: ImportBatch) -> list[Line]:
    """The lines that a batch keeps; empty before the file was checked."""
    return [Line(**line) for line in batch.sheet or []]


def confirm(batch: ImportBatch) -> None:
    """What came is what the manifest declares, as far as it could be read.

    Raises:
        FileRefused: figures differ; the message names them.
    """
    wrong = [line for line in stored(batch) if line.difference and not line.unreadable]
    missing = _columns_missing(batch)
    if not wrong and not missing:
        return
    said = [f"{line}: declared {line.declared:,}, came {line.found:,}" for line in wrong[:_SHOWN]]
    said += [f"{name}: declared, but the file has no such column" for name in missing]
    more = f"; and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
    raise FileRefused(
        f"The file is not what its manifest declares. {'; '.join(said)}{more}. Nothing was taken"
        " in; ask for the file and its manifest again."
    )


def _columns_missing(batch: ImportBatch) -> list[str]:
    if not batch.manifest:
        return []
    manifest = from_stored(batch.manifest)
    declared = (*manifest.counts, *manifest.totals)
    there = {line.of for line in stored(batch)}
    return [name for name in declared if name not in there]


@dataclass(slots=True)
class _Tally:
    """Rows that could be read: by outcome; by column, value and outcome; sums by outcome."""

    rows: Counter[str] = field(default_factory=Counter)
    values: dict[str, Counter[tuple[str, str]]] = field(default_factory=dict)
    sums: dict[str, Counter[str]] = field(default_factory=dict)


def _tally(rows: str, counted: Sequence[str], summed: Sequence[str]) -> _Tally:
    """All figures of the sheet in one pass over the rows."""
    cells = "".join(f", coalesce({name}, '') AS {name}" for name in counted)
    sets = "".join(f", (outcome, {name})" for name in counted)
    # One bit a column, 0 in the rows of its own set: which column a figure is of.
    which = f"GROUPING({', '.join(counted)})" if counted else "0"
    asked = _ask(
        f"SELECT {', '.join((which, 'outcome', 'count(*)', *counted))}"
        f"{''.join(f', coalesce(sum({name}), 0)' for name in summed)}"
        f" FROM (SELECT outcome{''.join(f', {name}' for name in summed)}{cells} FROM {rows})"
        f" AS cells GROUP BY GROUPING SETS ((outcome){sets})"
    )
    tally = _Tally(
        values={name: Counter() for name in counted}, sums={name: Counter() for name in summed}
    )
    every = (1 << len(counted)) - 1
    for bits, outcome, number, *rest in asked:
        if bits == every:
            tally.rows[outcome] += number
            for name, total in zip(summed, rest[len(counted) :], strict=True):
                tally.sums[name][outcome] += int(total)
        else:
            place = len(counted) - (every ^ bits).bit_length()
            tally.values[counted[place]][rest[place], outcome] += number
    return tally


def _all_rows(batch: ImportBatch, tally: _Tally, manifest: Manifest | None) -> Line:
    line = Line(ROWS, declared=manifest.file.rows if manifest else None)
    for outcome, number in tally.rows.items():
        line.outcomes[outcome] += number
    line.outcomes["rejected"] += batch.kept_rows.filter(outcome="rejected").count()
    return line


def _counted(
    batch: ImportBatch,
    read: Mapping[tuple[str, str], int],
    column: Column,
    setting: Setting,
    cells: Mapping[str, int],
) -> list[Line]:
    """A line a value, the values in order. `cells` are declared as the operator's file has them."""
    declared = _normal(cells, column, setting)
    lines = {value: Line(column.name, value, number) for value, number in declared.items()}
    found = ((value, outcome, number) for (value, outcome), number in read.items())
    unreadable = 0
    for value, outcome, number in (*found, *_rejected(batch, column, setting)):
        if value is None:
            unreadable += number
            continue
        line = lines.setdefault(value, Line(column.name, value, 0 if declared else None))
        line.outcomes[outcome] += number
    if len(lines) > MOST_VALUES and not declared:
        return []
    for line in lines.values():
        line.unreadable = unreadable
    return [lines[value] for value in sorted(lines)]


def _normal(cells: Mapping[str, int], column: Column, setting: Setting) -> Counter[str]:
    declared: Counter[str] = Counter()
    for cell, number in cells.items():
        value = _read(column, cell, setting)
        declared[cell if value is None else value] += number
    return declared


def _summed(
    batch: ImportBatch,
    read: Mapping[str, int],
    column: Column,
    setting: Setting,
    declared: int | None,
) -> Line:
    line = Line(column.name, declared=declared)
    for outcome, total in read.items():
        line.outcomes[outcome] += total
    for value, outcome, number in _rejected(batch, column, setting):
        if value is None:
            line.unreadable += number
        else:
            line.outcomes[outcome] += int(value or 0) * number
    return line


def _rejected(
    batch: ImportBatch, column: Column, setting: Setting
) -> Iterator[tuple[str | None, str, int]]:
    """Cells of rejected rows as value, outcome and number; the value of what cannot be read is
    None, as is that of a row with too few or too many cells."""
    statement = """
        SELECT CASE WHEN code = 'column_count' THEN NULL ELSE values ->> %s END, count(*)
        FROM subscribers_importrow WHERE batch_id = %s AND outcome = 'rejected' GROUP BY 1
    """
    for cell, number in _ask(statement, column.found_as, batch.pk):
        yield None if cell is None else _read(column, cell, setting), "rejected", number


def _read(column: Column, cell: str, setting: Setting) -> str | None:
    try:
        return column.read(cell, setting)
    except BadCell:
        return None


def _ask(statement: str, *given: str | int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given or None)
        return list(cursor.fetchall())
