"""What people say of stored readings afterwards: taken back, another person's, corrected.

The reading itself never changes (docs/adr/0017): a retraction is a row beside it, and what is
stored in its place is a reading of its own. Call these in a scope that covers the people named;
the rows, the audit record and what follows for worklist, alerts and reports are one transaction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from django.db import connection, transaction
from django.db.models import QuerySet

from devices import queries
from devices.binary import binary_cursor
from devices.ingesting import partitions, storing
from devices.kinds.blood_pressure.limits import is_crisis
from devices.kinds.blood_pressure.stored import StoredReading
from devices.kinds.known import KINDS
from devices.kinds.reading import Reading, Row
from devices.models import ReadingRetraction, RetractionCause
from devices.signals import readings_retracted, readings_stored
from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.hospitals.scope import Scope, acting_in

_LOCK = 0x6D6D7265  # of a device whose readings are being retracted, with its id
SHORTEST_REASON = 3
# PostgreSQL's times are whole microseconds.
MOMENT = timedelta(microseconds=1)


class RetractionRefused(ValueError):
    """What was asked cannot be; the sentence names the cure."""


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """Names one stored reading. `at` is the time that names it: of a night, its start."""

    patient_id: int
    kind: str
    at: datetime
    device_id: int
    device_reading_id: str = ""


@transaction.atomic
def withdraw(*, reading: Identity, reason: str, now: datetime, by: Actor) -> None:
    """Take a reading back: it is kept, and counts nowhere.

    Raises RetractionRefused: no such reading counts, or no reason was given.
    """
    withdraw_all(readings=[reading], reason=reason, now=now, by=by)


@transaction.atomic
def withdraw_all(*, readings: Sequence[Identity], reason: str, now: datetime, by: Actor) -> None:
    """Take several readings back, all or none; raises as `withdraw` does."""
    _retract(readings, RetractionCause.WITHDRAWN, reason, now, by)
    _tell(lost=readings, gained=[], now=now)


@transaction.atomic
def move(*, readings: Sequence[Identity], to: int, reason: str, now: datetime, by: Actor) -> int:
    """These readings are another person's, with patient id `to`: retracted here and stored there,
    with their values, times and the device's own words. Returns how many.

    Moving them back makes the first ones count again. The device may send them any number of
    times: it is told `duplicate`.

    Raises RetractionRefused: one of them does not count or is that person's already.
    """
    if not readings:
        return 0
    if any(reading.patient_id == to for reading in readings):
        raise RetractionRefused("This reading is that person's already.")
    rows = _retract(readings, RetractionCause.MOVED, reason, now, by, moved_to=to)
    gained = []
    for kind, found in rows.items():
        theirs = [(to, *row[1:]) for row in found]
        gained += [_identity(kind, row) for row in theirs]
        _store(kind, theirs)
    restored = _restore(gained, now, by)
    record(
        action="devices.readings_received",
        subject_type="patient",
        subject_id=to,
        patient_id=to,
        details={"readings": len(gained), "restored": restored, "reason": reason},
        at=now,
        by=by,
    )
    _tell(lost=readings, gained=gained, now=now)
    return len(gained)


@transaction.atomic
def correct(*, reading: Identity, says: Reading, reason: str, now: datetime, by: Actor) -> Identity:
    """`says` takes the place of a stored reading, of the same person and device. Returns its
    identity: where that is taken, the device's id is numbered on, as in `1841~2`.

    Raises RetractionRefused: the reading does not count, or what shall replace it cannot be true.
    """
    doubt = says.doubt()
    if doubt is not None:
        raise RetractionRefused(doubt)
    _retract([reading], RetractionCause.CORRECTED, reason, now, by)
    row = says.row(patient_id=reading.patient_id, device_id=reading.device_id, received_at=now)
    stored = _store_beside(reading.kind, row)
    _tell(lost=[reading], gained=[stored], now=now)
    return stored


@transaction.atomic
def forestall(*, reading: Identity, reason: str, now: datetime, by: Actor) -> None:
    """A reading that is stored in another form already (its time was wrong) shall not count when
    the device sends it once more. Doing it twice changes nothing."""
    ReadingRetraction.objects.get_or_create(
        patient_id=reading.patient_id,
        kind=reading.kind,
        measured_at=reading.at,
        device_id=reading.device_id,
        device_reading_id=reading.device_reading_id,
        restored_at=None,
        defaults={
            "cause": RetractionCause.CORRECTED,
            "reason": reason,
            "retracted_at": now,
            "retracted_by": str(by),
        },
    )


def counts(row: StoredReading) -> bool:
    """Whether nobody said anything against this reading."""
    return not _standing([_of(row)]).exists()


def _of(row: StoredReading) -> Identity:
    return Identity(
        row.patient_id, "blood_pressure", row.measured_at, row.device_id, row.device_reading_id
    )


def _retract(
    readings: Sequence[Identity],
    cause: RetractionCause,
    reason: str,
    now: datetime,
    by: Actor,
    *,
    moved_to: int | None = None,
) -> dict[str, list[Row]]:
    """Retract; returns the stored rows by kind."""
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise RetractionRefused("Say why in a few words.")
    _lock(reading.device_id for reading in readings)
    rows = {
        kind: _rows([r for r in readings if r.kind == kind], kind)
        for kind in sorted({reading.kind for reading in readings})
    }
    found = {_identity(kind, row) for kind, some in rows.items() for row in some}
    if found != set(readings):
        raise RetractionRefused("There is no such reading.")
    if _standing(readings).exists():
        raise RetractionRefused("This reading was taken back or moved already.")
    ReadingRetraction.objects.bulk_create(
        ReadingRetraction(
            patient_id=reading.patient_id,
            kind=reading.kind,
            measured_at=reading.at,
            device_id=reading.device_id,
            device_reading_id=reading.device_reading_id,
            cause=cause,
            reason=reason,
            retracted_at=now,
            retracted_by=str(by),
        )
        for reading in sorted(readings)
    )
    for patient_id in sorted({reading.patient_id for reading in readings}):
        theirs = [reading for reading in readings if reading.patient_id == patient_id]
        record(
            action=f"devices.readings_{cause.value}",
            subject_type="patient",
            subject_id=patient_id,
            patient_id=patient_id,
            details={
                "readings": len(theirs),
                "reason": reason,
                "devices": sorted({str(reading.device_id) for reading in theirs}),
                **({} if moved_to is None else {"to": moved_to}),
            },
            at=now,
            by=by,
        )
    return rows


def _restore(readings: Sequence[Identity], now: datetime, by: Actor) -> int:
    """Of readings that are there once more, make those count that were retracted before."""
    return _standing(readings).update(restored_at=now, restored_by=str(by))


def _standing(readings: Sequence[Identity]) -> QuerySet[ReadingRetraction]:
    """What stands against these readings, asked by ranges: a device may have thousands."""
    wanted = set(readings)
    near = ReadingRetraction.objects.filter(
        patient_id__in={r.patient_id for r in readings},
        device_id__in={r.device_id for r in readings},
        measured_at__range=(min(r.at for r in readings), max(r.at for r in readings)),
        restored_at=None,
    )
    found = [
        row.pk
        for row in near
        if Identity(row.patient_id, row.kind, row.measured_at, row.device_id, row.device_reading_id)
        in wanted
    ]
    return ReadingRetraction.objects.filter(pk__in=found)


def _lock(device_ids: Iterable[int]) -> None:
    """What is said of one device's readings is said one after the other."""
    with connection.cursor() as cursor:
        for device_id in sorted(set(device_ids)):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, device_id % 2**31])


def _rows(readings: Sequence[Identity], kind: str) -> list[Row]:
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


def _identity(kind: str, row: Row) -> Identity:
    return Identity(row[0], kind, row[1], row[2], row[3])


def _store(kind: str, rows: Sequence[Row]) -> set[storing.Identity]:
    """Write rows as ingest writes them; which were new."""
    table = KINDS[kind].table
    with acting_in(Scope.ingest(), savepoint=False):
        partitions.ensure(table, (row[1] for row in rows))
        return storing.insert(table, rows)


def _store_beside(kind: str, row: Row) -> Identity:
    """Store a row under the first free number of its device's id."""
    own = row[3].partition("~")[0] or ""
    for number in count(1):
        numbered = row if number == 1 else (*row[:3], f"{own}~{number}", *row[4:])
        if _store(kind, [numbered]):
            return _identity(kind, numbered)
    raise AssertionError("numbers do not end")


def _tell(*, lost: Sequence[Identity], gained: Sequence[Identity], now: datetime) -> None:
    """What follows, for everybody concerned, whoever of the hospitals may see them."""
    people = {reading.patient_id for reading in (*lost, *gained)}
    with acting_in(Scope.people(frozenset(people)), savepoint=False):
        readings_retracted.send(sender=None, lost=lost, gained=gained, at=now)
        stored = _pressures([one for one in gained if one.kind == "blood_pressure"])
        crises = [
            one for one in stored if is_crisis(systolic=one.systolic, diastolic=one.diastolic)
        ]
        archives = queries.archives_among({one.device_id for one in crises})
        for archived in (False, True):
            of_these = [one for one in crises if (one.device_id in archives) == archived]
            if of_these:
                readings_stored.send(
                    sender=None,
                    patient_ids=sorted({one.patient_id for one in of_these}),
                    crises=of_these,
                    received_at=now,
                    archived=archived,
                )


def _pressures(gained: Sequence[Identity]) -> list[StoredReading]:
    """What those say, which are of one person each time somebody is told."""
    if not gained:
        return []
    names = set(gained)
    found = [
        reading
        for person in {one.patient_id for one in gained}
        for reading in queries.blood_pressure(
            patient_id=person,
            start=min(one.at for one in gained),
            end=max(one.at for one in gained) + MOMENT,
        )
    ]
    return [row for row in found if _of(row) in names]
