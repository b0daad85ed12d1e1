"""Rows put back from the undo log, in an order that the constraints allow."""

from collections.abc import Collection

from django.db import connection

from healthcare.subscribers.loading.columns import STANDARD

_FILE_COLUMNS = {
    place: tuple(column.name for column in STANDARD if column.place == place)
    for place in ("patient", "contract")
}

_CONTRACT = ("ended_on", "ended_because", *_FILE_COLUMNS["contract"])

# The oldest entry of a row is what it was before the batch; later ones are steps in between.
_ENTRIES = """
WITH entry AS (
    SELECT DISTINCT ON (record_id) record_id, before
    FROM subscribers_importchange
    WHERE batch_id = %(batch)s AND cause = ANY(%(causes)s) AND record = '{record}'
    ORDER BY record_id, id
)
"""

_STEPS = (
    # Lines that the batch made, of new contracts and of old ones.
    """
    DELETE FROM subscribers_line l USING subscribers_contract c
    WHERE c.id = l.contract_id AND c.imported_in_id = %(batch)s AND c.id = ANY(%(causes)s)
    """,
    _ENTRIES.format(record="line") + "DELETE FROM subscribers_line l USING entry"
    " WHERE l.id = entry.record_id AND entry.before IS NULL",
    # Lines that it shortened, then lines that it took out.
    _ENTRIES.format(record="line")
    + "UPDATE subscribers_line l SET period = (entry.before ->> 'period')::daterange FROM entry"
    " WHERE l.id = entry.record_id AND entry.before IS NOT NULL",
    _ENTRIES.format(record="line")
    + "INSERT INTO subscribers_line (id, contract_id, number, period)"
    " SELECT record_id, (before ->> 'contract_id')::bigint, before ->> 'number',"
    " (before ->> 'period')::daterange FROM entry WHERE before IS NOT NULL"
    " AND NOT EXISTS (SELECT FROM subscribers_line l WHERE l.id = entry.record_id)",
    _ENTRIES.format(record="patient")
    + "UPDATE patients_patient q SET ({names}) = (SELECT {values} FROM"
    " jsonb_populate_record(NULL::patients_patient, entry.before) b) FROM entry"
    " WHERE q.id = entry.record_id AND entry.before IS NOT NULL".format(
        names=", ".join(_FILE_COLUMNS["patient"]),
        values=", ".join(f"b.{name}" for name in _FILE_COLUMNS["patient"]),
    ),
    _ENTRIES.format(record="contract")
    + "UPDATE subscribers_contract c SET ({names}) = (SELECT {values} FROM"
    " jsonb_populate_record(NULL::subscribers_contract, entry.before) b) FROM entry"
    " WHERE c.id = entry.record_id AND entry.before IS NOT NULL".format(
        names=", ".join(_CONTRACT),
        values=", ".join(f"b.{name}" for name in _CONTRACT),
    ),
)

_REMOVE = """
WITH gone AS (
    DELETE FROM subscribers_contract WHERE id = ANY(%(contracts)s) RETURNING patient_id
)
DELETE FROM patients_patient p USING gone
WHERE p.id = gone.patient_id AND NOT EXISTS (
    SELECT FROM subscribers_contract c
    WHERE c.patient_id = p.id AND c.id <> ALL(%(contracts)s))
"""


def restore(*, batch_id: int, causes: Collection[int]) -> None:
    """Put back what the rows of these contracts changed, their own new lines taken out."""
    given: dict[str, int | list[int]] = {"batch": batch_id, "causes": list(causes)}
    with connection.cursor() as cursor:
        for step in _STEPS:
            cursor.execute(step, given)


def remove(*, contracts: Collection[int]) -> None:
    """Take out new contracts, whose lines are gone already, and the people they brought."""
    with connection.cursor() as cursor:
        cursor.execute(_REMOVE, {"contracts": list(contracts)})


def forget(*, batch_id: int, causes: Collection[int]) -> None:
    """The entries of what was put back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM subscribers_importchange WHERE batch_id = %s AND cause = ANY(%s)",
            [batch_id, list(causes)],
        )
