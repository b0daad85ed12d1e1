"""What `matching` and `contests` planned, written: each table in one pass, all or nothing."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection

from healthcare.audit.actors import Actor
from healthcare.kernel.periods import local_date
from healthcare.subscribers.line_ends import Cause, LineEnd, announce, reopen
from healthcare.subscribers.loading.columns import STANDARD, Column
from healthcare.subscribers.models import ImportBatch, Operator

# What stands for a cell where it is not simply the cell.
_SPECIAL = {
    # People choose their language themselves, so an empty one keeps what there is.
    "language": "coalesce(i.language, q.language)",
    # A contract that names itself as the payer pays itself.
    "holder_subscriber_id": (
        "coalesce(nullif(i.holder_subscriber_id, i.operator_subscriber_id), '')"
    ),
}
# Its first value is the operator's country's, so it has a place of its own in the INSERT.
_PATIENT = tuple(c for c in STANDARD if c.place == "patient" and c.name != "language")
_CONTRACT = tuple(c for c in STANDARD if c.place == "contract")

_DIFFERING = """
DROP TABLE IF EXISTS pg_temp.differing;
CREATE TEMPORARY TABLE differing ON COMMIT DROP AS
SELECT * FROM (
    SELECT p.line, p.contract_id, p.patient_id, p.claims AS moved,
        {patient} AS patient, {contract} AS contract
    FROM plan p
    JOIN incoming i USING (line)
    JOIN subscribers_contract c ON c.id = p.contract_id
    JOIN patients_patient q ON q.id = p.patient_id
    WHERE p.known
) AS each WHERE moved OR patient OR contract
"""

# The rows as they are before anything is written; null where the row is made by this batch.
_UNDO_LOG = """
INSERT INTO subscribers_importchange (batch_id, cause, contract, record, record_id, before)
SELECT %(batch)s, d.contract_id, d.contract_id, 'patient', q.id, to_jsonb(q)
FROM differing d JOIN patients_patient q ON q.id = d.patient_id WHERE d.patient
UNION ALL
SELECT %(batch)s, d.contract_id, d.contract_id, 'contract', c.id, to_jsonb(c)
FROM differing d JOIN subscribers_contract c ON c.id = d.contract_id
UNION ALL
SELECT %(batch)s, t.cause, t.contract_id, 'contract', t.contract_id, to_jsonb(c)
FROM touching t LEFT JOIN subscribers_contract c ON c.id = t.contract_id WHERE t.line_id IS NULL
UNION ALL
SELECT %(batch)s, t.cause, t.contract_id, 'line', t.line_id, to_jsonb(l)
FROM touching t JOIN subscribers_line l ON l.id = t.line_id
"""

_PATIENTS = """
INSERT INTO patients_patient
    (id, {names}, language, timezone, invited_at)
SELECT p.patient_id, {values}, coalesce(i.language, %(language)s), %(timezone)s, %(now)s
FROM plan p JOIN incoming i USING (line) WHERE NOT p.known ORDER BY p.patient_id
"""

_CONTRACTS = """
INSERT INTO subscribers_contract
    (id, operator_id, operator_subscriber_id, activated_on, ended_on, patient_id, imported_in_id,
     {names})
SELECT p.contract_id, %(operator)s, i.operator_subscriber_id, i.activated_on, e.ended_on,
    p.patient_id, %(batch)s, {values}
FROM plan p JOIN incoming i USING (line) LEFT JOIN ending e ON e.contract_id = p.contract_id
WHERE NOT p.known ORDER BY p.contract_id
"""

_UPDATE_PATIENTS = """
UPDATE patients_patient q SET {assignments}
FROM differing d JOIN incoming i USING (line) WHERE d.patient AND q.id = d.patient_id
"""

_UPDATE_CONTRACTS = """
UPDATE subscribers_contract c SET {assignments}
FROM differing d JOIN incoming i USING (line) WHERE d.contract AND c.id = d.contract_id
"""

# Lines make room before others take it: the exclusion constraints are checked row by row.
_LINES = (
    "DELETE FROM subscribers_line l USING closing c WHERE c.line_id = l.id AND c.ends IS NULL",
    """
    UPDATE subscribers_line l SET period = daterange(lower(l.period), c.ends)
    FROM closing c WHERE c.line_id = l.id
    """,
    """
    UPDATE subscribers_contract c SET ended_on = e.ended_on, ended_because = CASE
        WHEN e.ended_on IS NULL THEN ''
        WHEN c.ended_because <> '' THEN c.ended_because
        ELSE 'number_recycled' END
    FROM ending e WHERE e.contract_id = c.id
    """,
    """
    WITH opened AS (
        INSERT INTO subscribers_line (contract_id, number, period)
        SELECT contract_id, number, daterange(starts, ends) FROM opening RETURNING id, contract_id
    )
    INSERT INTO subscribers_importchange (batch_id, cause, contract, record, record_id, before)
    SELECT %(batch)s, o.contract_id, o.contract_id, 'line', o.id, NULL
    FROM opened o JOIN differing d USING (contract_id)
    """,
    """
    INSERT INTO subscribers_line (contract_id, number, period)
    SELECT p.contract_id, i.msisdn, daterange(i.activated_on, NULL)
    FROM plan p JOIN incoming i USING (line)
    WHERE p.claims AND NOT EXISTS (SELECT FROM contested x WHERE x.line = p.line)
    ORDER BY p.contract_id
    """,
)

# What ends for somebody else than the rows of this batch, asked before it is written: contracts
# that end, and living ones whose number goes.
_ENDS = """
WITH gone AS (
    SELECT l.contract_id, l.number, coalesce(x.ends, lower(l.period)) AS ends
    FROM closing x JOIN subscribers_line l ON l.id = x.line_id WHERE upper_inf(l.period)
), dead AS (
    SELECT contract_id, ended_on FROM ending WHERE ended_on IS NOT NULL
)
SELECT c.id, c.patient_id, coalesce(gone.number, ''), coalesce(dead.ended_on, gone.ends),
    CASE WHEN dead.contract_id IS NULL THEN 'number_changed' ELSE 'number_recycled' END
FROM gone FULL JOIN dead USING (contract_id) JOIN subscribers_contract c ON c.id = contract_id
ORDER BY c.id
"""

_REVIVED = """
SELECT c.id FROM ending e JOIN subscribers_contract c ON c.id = e.contract_id
WHERE e.ended_on IS NULL AND c.ended_on IS NOT NULL
"""

_COUNTS = """
SELECT (SELECT count(*) FROM plan WHERE NOT known),
    (SELECT count(*) FROM differing),
    (SELECT count(*) FROM plan WHERE known) - (SELECT count(*) FROM differing),
    (SELECT count(*) FROM verdict WHERE outcome = 'duplicate'),
    (SELECT count(*) FROM verdict WHERE outcome = 'held')
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows by outcome; what was rejected is known from the reading."""

    created: int
    updated: int
    unchanged: int
    duplicate: int
    held: int


def merge(
    *, batch: ImportBatch, operator: Operator, present: Collection[str], now: datetime, by: Actor
) -> Counts:
    """Write the plan, and end all that is bound to the lines that it ends.

    `present` names the file's columns: what a file does not have is kept.
    """
    find_differing(present)
    given = {
        "batch": batch.pk,
        "operator": operator.pk,
        "language": "ja" if operator.country == "JP" else "en",
        "timezone": operator.timezone,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_UNDO_LOG, given)
        cursor.execute(_PATIENTS.format(names=_list(_PATIENT), values=_values(_PATIENT)), given)
        cursor.execute(_CONTRACTS.format(names=_list(_CONTRACT), values=_values(_CONTRACT)), given)
        for statement, place in ((_UPDATE_PATIENTS, "patient"), (_UPDATE_CONTRACTS, "contract")):
            if assignments := _assignments(place, frozenset(present)):
                cursor.execute(statement.format(assignments=assignments))
        cursor.execute(_ENDS)
        ends = [
            LineEnd(contract, patient, number, on, Cause(cause))
            for contract, patient, number, on, cause in cursor.fetchall()
        ]
        cursor.execute(_REVIVED)
        revived = [contract_id for (contract_id,) in cursor.fetchall()]
        for statement in _LINES:
            cursor.execute(statement, given)
    counts = count()
    announce(ends, today=local_date(now, ZoneInfo(operator.timezone)), now=now, by=by)
    if revived:
        reopen(revived, now=now, by=by)
    return counts


def find_differing(present: Iterable[str]) -> None:
    """Leave `differing`: the rows of the plan that say something new of a contract we know."""
    here = frozenset(present)
    with connection.cursor() as cursor:
        cursor.execute(
            _DIFFERING.format(patient=_differ("patient", here), contract=_differ("contract", here))
        )
        cursor.execute("ANALYZE differing")


def count() -> Counts:
    """The rows of `incoming` by outcome, once `differing` stands."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS)
        return Counts(*cursor.fetchone())


def _value(column: Column) -> str:
    """The SQL of what a cell of `incoming i` stores: empty text is '', other types know null."""
    if column.name in _SPECIAL:
        return _SPECIAL[column.name]
    return f"coalesce(i.{column.name}, '')" if column.sql_type == "text" else f"i.{column.name}"


def _list(columns: Sequence[Column]) -> str:
    return ", ".join(column.name for column in columns)


def _values(columns: Sequence[Column]) -> str:
    return ", ".join(_value(column) for column in columns)


def _kept_at(place: str, present: frozenset[str]) -> list[Column]:
    return [c for c in STANDARD if c.place == place and c.name in present]


def _differ(place: str, present: frozenset[str]) -> str:
    """The SQL that says whether the file's columns of one table say something new."""
    alias = "q" if place == "patient" else "c"
    columns = _kept_at(place, present)
    if not columns:
        return "false"
    stored = ", ".join(f"{alias}.{column.name}" for column in columns)
    return f"ROW({stored}) IS DISTINCT FROM ROW({_values(columns)})"


def _assignments(place: str, present: frozenset[str]) -> str:
    return ", ".join(f"{c.name} = {_value(c)}" for c in _kept_at(place, present))
