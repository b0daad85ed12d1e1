"""A file's rows in its area: what would become of them, and their load, one chunk at a time.

Rows that meet each other over a number or a contract id are settled together: they are chunk 0.
The others follow by their lines. A chunk is compared with the database anew when it is loaded, in
the transaction that writes it, so it does not matter what was changed since the proposal, nor how
long ago that was.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from healthcare.audit.actors import Actor
from healthcare.subscribers.loading import contests, matching, merging, outcomes
from healthcare.subscribers.loading.area import Area
from healthcare.subscribers.loading.columns import Column
from healthcare.subscribers.loading.merging import Counts
from healthcare.subscribers.loading.rejects import Why
from healthcare.subscribers.models import ImportBatch

ROWS = 50_000
LARGE = 20_000

# Seen as `incoming` by the statements of matching, contests and merging.
_WHOLE = "CREATE TEMPORARY VIEW incoming AS SELECT * FROM {area}.incoming"
_SEEN = "DROP VIEW pg_temp.incoming"
_CHUNK = """
CREATE TEMPORARY TABLE incoming ON COMMIT DROP AS
SELECT i.* FROM {area}.incoming i
WHERE {lines}
    AND NOT EXISTS (SELECT FROM {area}.settled s WHERE s.line = i.line)
    AND {together} (SELECT FROM {area}.together t WHERE t.line = i.line)
"""
_DONE_WITH = "DROP TABLE pg_temp.incoming"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would become of the rows that could be read, and why some would be held."""

    counts: Counts
    held: dict[int, Why]


def propose(area: Area, *, operator_id: int, columns: Sequence[Column], present: Iterable[str],
            today: date) -> Proposal:  # fmt: skip
    """Work out every outcome and write none; leaves `settled`, `together`, `held`, `proposed`."""
    _run(_WHOLE.format(area=area.name))
    _join_in_sets()
    matching.compare(columns=columns)
    _run(f"CREATE TABLE {area.name}.settled AS SELECT * FROM verdict")
    matching.match(operator_id=operator_id)
    _run(
        f"CREATE TABLE {area.name}.together AS SELECT line FROM contested",
        f"CREATE TABLE {area.name}.held (line integer, field text, code text, text text)",
    )
    contests.decide(operator_id=operator_id, today=today)
    merging.find_differing(present)
    outcomes.begin(area)
    outcomes.note_proposed(area)
    proposal = Proposal(counts=merging.count(), held=_held("verdict WHERE outcome = 'held'"))
    _run(_SEEN, *(f"ANALYZE {area.name}.{table}" for table in ("settled", "together")))
    return proposal


def number(last_line: int) -> int:
    """How many chunks a file has whose last record begins on that line."""
    return 1 + -(-last_line // ROWS)


def load(
    area: Area, chunk: int, *, batch: ImportBatch, today: date, now: datetime, by: Actor
) -> Counts:
    """Write one chunk. Its duplicates are none: the file was compared with itself before."""
    # Numbers of our own making: no bound of a chunk comes from outside.
    lines = "true" if chunk == 0 else f"i.line > {(chunk - 1) * ROWS} AND i.line <= {chunk * ROWS}"
    together = "EXISTS" if chunk == 0 else "NOT EXISTS"
    _run(_CHUNK.format(area=area.name, lines=lines, together=together), "ANALYZE incoming")
    _join_in_sets()
    matching.begin()
    matching.match(operator_id=batch.operator_id)
    contests.decide(operator_id=batch.operator_id, today=today)
    counts = merging.merge(
        batch=batch, operator=batch.operator, present=batch.columns, now=now, by=by
    )
    outcomes.note_loaded(area)
    _run(
        f"INSERT INTO {area.name}.held SELECT line, field, code, text FROM verdict"
        " WHERE outcome = 'held'",
        _DONE_WITH,
    )
    return counts


def held(area: Area) -> dict[int, Why]:
    """Every row that is held by now: by the file itself, and by the chunks that were loaded."""
    return _held(
        f"(SELECT line, field, code, text FROM {area.name}.settled WHERE outcome = 'held'"
        f" UNION ALL SELECT line, field, code, text FROM {area.name}.held) AS rows"
    )


def settle(area: Area) -> Counts:
    """Begin the load with the rows that the file itself speaks against: duplicates and held."""
    outcomes.note_settled(area)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE outcome = 'duplicate'),"
            f" count(*) FILTER (WHERE outcome = 'held') FROM {area.name}.settled"
        )
        duplicate, held_rows = cursor.fetchone()
    return Counts(created=0, updated=0, unchanged=0, duplicate=duplicate, held=held_rows)


def _join_in_sets() -> None:
    """Let a large `incoming` be joined by hashing and sorting alone.

    The planner judges by statistics, and of tables that this load is filling, or that a roll-back
    just emptied, they say that there is next to nothing: it would read all of them for each row.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('enable_nestloop',"
            " CASE WHEN count(*) > %s THEN 'off' ELSE 'on' END, true) FROM incoming",
            [LARGE],
        )


def _held(source: str) -> dict[int, Why]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT line, field, code, text FROM {source}")
        return {line: (field, code, text) for line, field, code, text in cursor.fetchall()}


def _run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
