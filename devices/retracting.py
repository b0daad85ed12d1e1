"""What people say of stored readings afterwards: taken back, another person's, corrected.

The reading itself never changes (docs/adr/0017): a retraction is a row beside it, and what is
stored in its place is a reading of its own. Call these in a scope that covers the people named;
the rows, the audit record and what follows for worklist, alerts and reports are one transaction.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from devices import queries
from devices.kinds.blood_pressure.limits import is_crisis
from devices.kinds.blood_pressure.stored import StoredReading
from devices.kinds.reading import Reading, Row
from devices.models import ReadingRetraction, RetractionCause
from devices.signals import readings_retracted, readings_stored
from devices.stored_rows import Identity, identity_of, named_by, rows_of, store, store_beside
from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.hospitals.scope import Scope, acting_in

_LOCK = 0x6D6D7265  # of a device whose readings are being retracted, with its id
SHORTEST_REASON = 3
# PostgreSQL's times are whole microseconds.
MOMENT = timedelta(microseconds=1)


class RetractionRefused(ValueError):
    """What was asked cannot be; the sentence names the cure."""


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
        raise RetractionRefused(_("This reading is that person's already."))
    rows = _retract(readings, RetractionCause.MOVED, reason, now, by, moved_to=to)
    gained = _arrive(rows, to, reason, now, by)
    _tell(lost=readings, gained=gained, now=now)
    return len(gained)


@transaction.atomic
def pass_on(*, reading: Identity, to: int, reason: str, now: datetime, by: Actor) -> None:
    """A reading that was taken back is found to be another person's, with patient id `to`: stored
    there as `move` stores it, and never to be restored here. Call it in a scope of both.

    Raises RetractionRefused: it was not taken back, or counts again.
    """
    _lock([reading.device_id])
    taken_back = _standing([reading]).filter(cause=RetractionCause.WITHDRAWN)
    if taken_back.update(cause=RetractionCause.MOVED) != 1:
        raise RetractionRefused(_("This reading was taken back or moved already."))
    rows = {reading.kind: rows_of([reading], reading.kind)}
    gained = _arrive(rows, to, reason, now, by)
    _record(f"devices.readings_{RetractionCause.MOVED}", [reading], reason, now, by, moved_to=to)
    _tell(lost=[], gained=gained, now=now)


@transaction.atomic
def restore(*, reading: Identity, reason: str, now: datetime, by: Actor) -> None:
    """What was taken back counts again: it was right after all.

    Raises RetractionRefused: it was not taken back, it is another person's by now or a corrected
    one stands in its place, or no reason was given.
    """
    reason = _said(reason)
    _lock([reading.device_id])
    taken_back = _standing([reading]).filter(cause=RetractionCause.WITHDRAWN)
    if taken_back.update(restored_at=now, restored_by=str(by)) != 1:
        raise RetractionRefused(_("Only a reading that was taken back can count again."))
    _record("devices.readings_restored", [reading], reason, now, by)
    _tell(lost=[], gained=[reading], now=now)


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
    stored = store_beside(reading.kind, row)
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
    reason = _said(reason)
    _lock(reading.device_id for reading in readings)
    rows = {
        kind: rows_of([r for r in readings if r.kind == kind], kind)
        for kind in sorted({reading.kind for reading in readings})
    }
    found = {identity_of(kind, row) for kind, some in rows.items() for row in some}
    if found != set(readings):
        raise RetractionRefused(_("There is no such reading."))
    if _standing(readings).exists():
        raise RetractionRefused(_("This reading was taken back or moved already."))
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
    _record(f"devices.readings_{cause.value}", readings, reason, now, by, moved_to=moved_to)
    return rows


def _said(reason: str) -> str:
    """The reason without the spaces around it."""
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise RetractionRefused(_("Say why in a few words."))
    return reason


def _record(
    action: str,
    readings: Sequence[Identity],
    reason: str,
    now: datetime,
    by: Actor,
    *,
    moved_to: int | None = None,
) -> None:
    for patient_id in sorted({reading.patient_id for reading in readings}):
        theirs = [reading for reading in readings if reading.patient_id == patient_id]
        record(
            action=action,
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


def _arrive(
    rows: dict[str, list[Row]], to: int, reason: str, now: datetime, by: Actor
) -> list[Identity]:
    """Store these rows as another person's; what that person had before counts again."""
    gained = []
    for kind, found in rows.items():
        theirs = [(to, *row[1:]) for row in found]
        gained += [identity_of(kind, row) for row in theirs]
        store(kind, theirs)
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
    return gained


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
    found = [row.pk for row in near if named_by(row) in wanted]
    return ReadingRetraction.objects.filter(pk__in=found)


def _lock(device_ids: Iterable[int]) -> None:
    """What is said of one device's readings is said one after the other."""
    with connection.cursor() as cursor:
        for device_id in sorted(set(device_ids)):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, device_id % 2**31])


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
