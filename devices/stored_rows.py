"""Stored readings of every kind by their keys: found again as whole rows, and written as rows.

For what people say of readings afterwards (`devices.retracting`); a scope has to cover them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from devices.binary import binary_cursor
from devices.ingesting import partitions, storing
from devices.kinds.known import KINDS
from devices.kinds.reading import Row
from devices.models import ReadingRetraction
from healthcare.hospitals.scope import Scope, acting_in


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """Names one stored reading. `at` is the time that names it: of a night, its start."""

    patient_id: int
    kind: str
    at: datetime
    device_id: int
    device_reading_id: str = ""


def rows_of(readings: Sequence[Identity], kind: str) -> list[Row]:
    """The stored rows of those that the scope covers, in the order of the table's columns."""
    table = KINDS[kind].table
    key = ",".join(table.key)
    types = table.types[: len(table.key)]
    keys = [(r.patient_id, r.at, r.device_id, r.device_reading_id) for r in sorted(readings)]
    times = [r.at for r in readings]
    with binary_cursor() as cursor:
        cursor.execute(
            f"SELECT {','.join(f't.{name}' for name in table.names)}"
            f" FROM unnest({','.join(f'%s::{type_}[]' for type_ in types)}) AS n({key})"
            f" JOIN {table.name} t USING ({key})"
            f" WHERE t.{table.time} BETWEEN %s AND %s ORDER BY {key}",
            [*map(list, zip(*keys, strict=True)), min(times), max(times)],
        )
        return cursor.fetchall()


def named_by(retraction: ReadingRetraction) -> Identity:
    """Which reading a retraction speaks of."""
    return Identity(
        retraction.patient_id,
        retraction.kind,
        retraction.measured_at,
        retraction.device_id,
        retraction.device_reading_id,
    )


def identity_of(kind: str, row: Row) -> Identity:
    return Identity(row[0], kind, row[1], row[2], row[3])


def store(kind: str, rows: Sequence[Row]) -> set[storing.Identity]:
    """Write rows as ingest writes them; which were new."""
    table = KINDS[kind].table
    with acting_in(Scope.ingest(), savepoint=False):
        partitions.ensure(table, (row[1] for row in rows))
        return storing.insert(table, rows)


def store_beside(kind: str, row: Row) -> Identity:
    """Store a row under the first free number of its device's id."""
    own = row[3].partition("~")[0] or ""
    for number in count(1):
        numbered = row if number == 1 else (*row[:3], f"{own}~{number}", *row[4:])
        if store(kind, [numbered]):
            return identity_of(kind, numbered)
    raise AssertionError("numbers do not end")
