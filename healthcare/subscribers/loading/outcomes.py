"""What became of every single line: noted while a file is worked out and loaded, kept for good.

In the batch's area stand two tables of `line, outcome`: `proposed` as the proposal worked it out,
`loaded` as the chunks wrote it. A line of `incoming` in neither was left out by a cancelled load.
"""

from collections.abc import Iterator

from django.db import connection

from healthcare.subscribers.loading.area import Area
from healthcare.subscribers.models import ImportBatch, ImportOutcomes, Outcome

LEFT_OUT = "left_out"
KINDS = (*(outcome.value for outcome in Outcome), LEFT_OUT)
"""A line is kept as one digit: its place here, counted from 1."""
HEADER = ("line", "outcome", "field", "code")
PART = 50_000

_TABLES = """
CREATE TABLE {area}.proposed (line integer, outcome text);
CREATE TABLE {area}.loaded (line integer, outcome text);
"""
_NOTE = """
INSERT INTO {table}
SELECT line, CASE WHEN NOT p.known THEN 'created' WHEN d.line IS NULL THEN 'unchanged'
    ELSE 'updated' END
FROM plan p LEFT JOIN differing d USING (line)
UNION ALL SELECT line, outcome FROM verdict
"""
_ROWS = """
(SELECT i.*, coalesce(o.outcome, 'left_out') AS outcome
FROM {area}.incoming i LEFT JOIN {table} o USING (line)) AS rows
"""
_KEEP = """
INSERT INTO subscribers_importoutcomes (batch_id, part, lines, outcomes)
SELECT %(batch)s, line / %(part)s, array_agg(line ORDER BY line),
    string_agg(array_position(%(kinds)s::text[], outcome)::text, '' ORDER BY line)
FROM (
    SELECT line, outcome FROM {rows}
    UNION ALL
    SELECT line, outcome FROM subscribers_importrow
    WHERE batch_id = %(batch)s AND outcome = 'rejected'
) AS every GROUP BY line / %(part)s
"""


def begin(area: Area) -> None:
    """Nothing is noted yet."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES.format(area=area.name))


def note_proposed(area: Area) -> None:
    """Every row of `plan` and `verdict`, once `differing` stands."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE.format(table=f"{area.name}.proposed"))


def note_loaded(area: Area) -> None:
    """Every row of the chunk's `plan` and `verdict`, once `differing` stands."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE.format(table=f"{area.name}.loaded"))


def note_settled(area: Area) -> None:
    """The rows that the file itself speaks against."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {area.name}.loaded SELECT line, outcome FROM {area.name}.settled"
        )


def proposed(area: Area) -> str:
    """The SQL of all rows that could be read, with the outcome that was worked out for each."""
    return _ROWS.format(area=area.name, table=f"{area.name}.proposed")


def loaded(area: Area) -> str:
    """The SQL of all rows that could be read, with what became of each."""
    return _ROWS.format(area=area.name, table=f"{area.name}.loaded")


def keep(batch: ImportBatch, rows: str) -> None:
    """Keep the outcome of each line of `rows`, and of each that was rejected."""
    with connection.cursor() as cursor:
        cursor.execute(
            _KEEP.format(rows=rows), {"batch": batch.pk, "part": PART, "kinds": list(KINDS)}
        )


def lines(batch: ImportBatch) -> Iterator[str]:
    """A CSV file, line by line: every line of the subscriber file in order, what became of it, and
    of those held and rejected which field and code. It holds nothing of anybody."""
    yield _csv(list(HEADER))
    for part in ImportOutcomes.objects.filter(batch=batch).order_by("part").iterator(chunk_size=1):
        first, last = part.lines[0], part.lines[-1]
        kept = batch.kept_rows.filter(line__gte=first, line__lte=last)
        why = {line: rest for line, *rest in kept.values_list("line", "field", "code")}
        for line, digit in zip(part.lines, part.outcomes, strict=True):
            outcome = KINDS[int(digit) - 1]
            yield _csv([str(line), outcome, *why.get(line, ("", ""))])


def _csv(cells: list[str]) -> str:
    # Numbers and words of our own and names of columns: nothing that a spreadsheet would run.
    return ",".join(f'"{cell}"' if ";" in cell else cell for cell in cells) + "\n"
