"""Readings into their table: each identity once, whoever else posts it at the same moment.

Rows are sorted by key before they are written, so that two posts of the same readings wait for
each other in one order and never in a ring. They go straight into the partition of their month,
which nobody but the role `ingest` may do. A large batch is copied and falls back to staging only
when it meets a repeat; a small one is a single statement. What is stored already is compared by
the database: this role sees keys, not values.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from django.db import IntegrityError, connection, transaction
from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb

from devices.binary import binary_cursor
from devices.ingesting import partitions
from devices.ingesting.judging import Placed
from devices.kinds.reading import Row
from devices.kinds.table import KEY, Table
from healthcare.hospitals.scope import ScopeMissing, current

# Below this, one statement beats COPY.
SMALL = 40
# One device's id at two times is looked for this far around a reading.
SAME_ID_WITHIN = "7 days"
_LOCK = 0x6D6D6465  # of a shared device, with its id

Identity = tuple[int, datetime, str]
Values = tuple[object, ...]


@dataclass(slots=True)
class Stored:
    """What storing found, by index of the body.

    `same_id`: accepted, but the device had used the id for another time.
    """

    accepted: list[Placed] = field(default_factory=list)
    duplicate: list[Placed] = field(default_factory=list)
    conflict: list[Placed] = field(default_factory=list)
    same_id: list[Placed] = field(default_factory=list)


def store(
    table: Table,
    placed: Sequence[Placed],
    *,
    shared: Mapping[int, frozenset[int]],
    received_at: datetime,
) -> Stored:
    """Write what is new and tell repeats from contradictions.

    `shared` are devices with several holders: the identity of a reading does not name the person,
    its key does, so for these every holder's rows are asked.
    """
    if current().kind != "ingest":
        raise ScopeMissing("Readings are stored inside `acting_in(Scope.ingest())` only.")
    rows = [
        p.reading.row(patient_id=p.patient_id, device_id=p.device_id, received_at=received_at)
        for p in placed
    ]
    firsts = _firsts(rows)
    elsewhere = _of_other_holders(table, firsts, shared) if shared else {}
    fresh = [row for identity, row in firsts.items() if identity not in elsewhere]
    inserted = insert(table, fresh)
    met = [
        (i, (elsewhere.get(_identity(row), row[0]), *row[1:]))
        for i, row in enumerate(rows)
        if _identity(row) not in inserted
    ]
    return _sort_out(table, placed, rows, firsts, inserted, _which_say_the_same(table, met))


def _sort_out(
    table: Table,
    placed: Sequence[Placed],
    rows: Sequence[Row],
    firsts: Mapping[Identity, Row],
    inserted: set[Identity],
    same: set[int],
) -> Stored:
    found = Stored()
    places = table.value_places
    for i, (entry, row) in enumerate(zip(placed, rows, strict=True)):
        identity = _identity(row)
        first = firsts[identity]
        if identity not in inserted:
            (found.duplicate if i in same else found.conflict).append(entry)
        elif first is row:
            found.accepted.append(entry)
        else:
            repeats = _values(first, places) == _values(row, places)
            (found.duplicate if repeats else found.conflict).append(entry)
    with_id = [entry for entry in found.accepted if entry.reading.id]
    found.same_id = _seen_at_other_times(table, with_id) if with_id else []
    return found


def _identity(row: Row) -> Identity:
    """Device, time and the device's own id: what makes two messages the same reading."""
    return (row[2], row[1], row[3])


def _key(row: Row) -> Row:
    return row[:KEY]


def _values(row: Row, places: Sequence[int]) -> Values:
    return tuple(row[place] for place in places)


def _firsts(rows: Iterable[Row]) -> dict[Identity, Row]:
    firsts: dict[Identity, Row] = {}
    for row in rows:
        firsts.setdefault(_identity(row), row)
    return firsts


# --- writing -----------------------------------------------------------------------------


def insert(table: Table, rows: Iterable[Row]) -> set[Identity]:
    """Write rows into the partitions of their months, which exist; returns what was new.

    Needs the role of ingest; rows are in the order of the table's columns.
    """
    rows = sorted(rows, key=_key)
    if "jsonb" in table.types:
        place = table.types.index("jsonb")
        rows = [
            row if row[place] is None else (*row[:place], Jsonb(row[place]), *row[place + 1 :])
            for row in rows
        ]
    months: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        months[partitions.name_of(table, row[1])].append(row)
    inserted: set[Identity] = set()
    for partition in sorted(months):
        inserted |= _insert_month(partition, table, months[partition])
    return inserted


def _insert_month(partition: str, table: Table, rows: Sequence[Row]) -> set[Identity]:
    if len(rows) <= SMALL:
        return _insert_few(partition, table, rows)
    try:
        with transaction.atomic():
            _copy(partition, table, rows)
    except IntegrityError as error:
        if not isinstance(error.__cause__, UniqueViolation):
            raise
        return _insert_staged(partition, table, rows)
    return {_identity(row) for row in rows}


def _insert_few(partition: str, table: Table, rows: Sequence[Row]) -> set[Identity]:
    one = f"({','.join(['%s'] * len(table.columns))})"
    with binary_cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {partition} ({','.join(table.names)})"
            f" VALUES {','.join([one] * len(rows))}"
            f" ON CONFLICT DO NOTHING RETURNING {','.join(table.key)}",
            [value for row in rows for value in row],
            prepare=len(rows) == 1,
        )
        return {_identity(row) for row in cursor.fetchall()}


def _insert_staged(partition: str, table: Table, rows: Sequence[Row]) -> set[Identity]:
    stage = f"stage_{table.name}"
    names = ",".join(table.names)
    columns = ",".join(f"{name} {type_}" for name, type_ in table.columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE IF NOT EXISTS {stage} ({columns}) ON COMMIT DELETE ROWS"
        )
        cursor.execute(f"DELETE FROM {stage}")
        _copy(stage, table, rows)
        cursor.execute(
            f"INSERT INTO {partition} ({names})"
            f" SELECT {names} FROM {stage} ORDER BY {','.join(table.key)}"
            f" ON CONFLICT DO NOTHING RETURNING {','.join(table.key)}"
        )
        return {_identity(row) for row in cursor.fetchall()}


def _copy(target: str, table: Table, rows: Iterable[Row]) -> None:
    statement = f"COPY {target} ({','.join(table.names)}) FROM STDIN (FORMAT BINARY)"
    # Django does not translate the driver's errors in COPY by itself.
    wrapped = connection.wrap_database_errors
    with connection.cursor() as cursor, wrapped, cursor.copy(statement) as copy:
        copy.set_types(table.types)
        for row in rows:
            copy.write_row(row)


# --- looking up --------------------------------------------------------------------------


def _which_say_the_same(table: Table, rows: Sequence[tuple[int, Row]]) -> set[int]:
    """Of rows whose identity is stored, by their numbers, those that repeat its values."""
    if not rows:
        return set()
    places = (*range(KEY), *table.value_places)
    names = (*table.key, *table.values)
    given = [
        {"i": i, **{name: row[place] for name, place in zip(names, places, strict=True)}}
        for i, row in rows
    ]
    times = [row[1] for _, row in rows]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT i FROM walls.{table.name}_same(%s::jsonb, %s, %s) WHERE same",
            [msgspec.json.encode(given).decode(), min(times), max(times)],
        )
        return {i for (i,) in cursor.fetchall()}


def _of_other_holders(
    table: Table, firsts: Mapping[Identity, Row], shared: Mapping[int, frozenset[int]]
) -> dict[Identity, int]:
    """Whose the stored readings with one of these identities are, whoever of the device's holders
    that is.

    The devices are locked first: an identity that two people's posts share is decided once.
    """
    keys = [
        (patient_id, time, device_id, id_)
        for device_id, time, id_ in firsts
        for patient_id in sorted(shared.get(device_id, ()))
    ]
    if not keys:
        return {}
    wanted = ",".join(table.key)
    types = zip(table.key, table.types, strict=False)
    times = [key[1] for key in keys]
    with connection.cursor() as cursor:
        for device_id in sorted({key[2] for key in keys}):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, device_id % 2**31])
        cursor.execute(
            f"SELECT {wanted}"
            f" FROM unnest({','.join(f'%s::{type_}[]' for _, type_ in types)}) AS n({wanted})"
            f" JOIN {table.name} USING ({wanted})"
            # Bounds that the planner can see: it looks at the partitions of these months only.
            f" WHERE {table.time} BETWEEN %s AND %s",
            [*map(list, zip(*keys, strict=True)), min(times), max(times)],
        )
        return {_identity(row): row[0] for row in cursor.fetchall()}


def _seen_at_other_times(table: Table, entries: Sequence[Placed]) -> list[Placed]:
    """Those whose device used the same id for another time not long before or after."""
    keys = [(e.index, e.patient_id, e.reading.at, e.device_id, e.reading.id) for e in entries]
    types = ("int", *table.types[:KEY])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT n.i FROM unnest({','.join(f'%s::{type_}[]' for type_ in types)})"
            " AS n(i, patient_id, at, device_id, id), LATERAL ("
            f" SELECT 1 FROM {table.name} t"
            "  WHERE t.patient_id = n.patient_id AND t.device_id = n.device_id"
            f"   AND t.device_reading_id = n.id AND t.{table.time} <> n.at"
            f"   AND t.{table.time} BETWEEN n.at - interval '{SAME_ID_WITHIN}'"
            f"   AND n.at + interval '{SAME_ID_WITHIN}' LIMIT 1) seen",
            [*map(list, zip(*keys, strict=True))],
        )
        found = {row[0] for row in cursor.fetchall()}
    return [entry for entry in entries if entry.index in found]
