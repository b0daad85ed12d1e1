"""A device changes hands; what is stored follows whose it was when it was measured.

A hand-over is often recorded after it happened. Readings that the device sent in between lie under
its former holder: they are moved to the person whose they are (`devices.retracting`), in the same
transaction, and the record says how many.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q
from django.utils.translation import gettext_noop

from devices import redriving, retracting
from devices.archives.serials import is_archive
from devices.kinds.known import KINDS
from devices.models import Device, DeviceHolding
from devices.standing import COUNTS
from devices.stored_rows import Identity
from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.patients import consenting
from healthcare.patients.models import Patient, Purpose

BECAUSE = gettext_noop("the device was in other hands when this was measured")
NO_CONSENT = "the device was in the hands of somebody who does not consent to care"
NOBODYS = gettext_noop("the device was in nobody's hands when this was measured")


class RegistryError(ValueError):
    """What was asked cannot be; the sentence names the cure."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """`moved` stored readings went to the person whose they are; `withdrawn` ones count no more,
    because that person does not consent to care or nobody held the device."""

    holding: DeviceHolding
    moved: int = 0
    withdrawn: int = 0


@dataclass(frozen=True, slots=True)
class _Lost:
    """A stretch of time that somebody no longer holds the device for."""

    patient_id: int
    user_slot: int | None
    start: datetime
    end: datetime | None


@transaction.atomic
def hand_over(
    *,
    serial: str,
    patient: Patient,
    user_slot: int | None = None,
    at: datetime,
    now: datetime,
    by: Actor,
) -> HandOver:
    """From `at` on the device is this person's; readings before belong to the former holder.

    With a slot only that slot changes hands (a second person on one cuff takes a slot of their
    own); without one the whole device does. What nobody could be found for is asked again, and
    what was stored for the former holder since `at` is moved.

    Raises:
        RegistryError: no such device, it is retired, somebody held it from a later time on, or
            readings under other user slots came since.
    """
    device = living(serial)
    refuse_future(at, now)
    holdings = DeviceHolding.objects.select_for_update(of=("self",)).filter(device=device)
    if user_slot is not None:
        holdings = holdings.filter(user_slot=user_slot)
    lost = [cut for holding in holdings.order_by("period") if (cut := end_holding(holding, at))]
    others = [cut for cut in lost if cut.user_slot != user_slot and _readings(device, cut)]
    if others:
        slots = ", ".join(sorted(_slot(cut.user_slot) for cut in others))
        raise RegistryError(
            f"Readings under {slots} are stored since {at.isoformat()}, and whose they are is not"
            " said: hand each user slot over with --user-slot, or name a later time."
        )
    holding = DeviceHolding.objects.create(
        device=device, patient=patient, user_slot=user_slot, period=DateTimeTZRange(at, None)
    )
    return _finish("devices.handed_over", device, holding, lost, patient, now, by)


@transaction.atomic
def correct_hand_over(
    *, serial: str, user_slot: int | None = None, at: datetime, now: datetime, by: Actor
) -> HandOver:
    """The hand-over to the present holder (under that slot) was recorded with a wrong time: it was
    at `at`. What was stored in between is moved to whose it is.

    Raises:
        RegistryError: nobody holds the device so, or the time leaves its former holder nothing.
    """
    device = living(serial)
    refuse_future(at, now)
    rows = DeviceHolding.objects.select_for_update(of=("self",)).filter(
        device=device, user_slot=user_slot
    )
    holding = rows.filter(period__upper_inf=True).first()
    if holding is None:
        raise RegistryError(f"Nobody holds {serial} with {_slot(user_slot)} now.")
    start = holding.period.lower
    # Without a slot the device was somebody's under any: the one who held it until then.
    before = rows.filter(period__endswith=start).first()
    if before is not None and before.period.lower >= at:
        began = before.period.lower.isoformat()
        raise RegistryError(f"The former holder has it since {began}: name a time after that.")
    holder = holding.patient
    if at < start:
        lost = [] if before is None else [_Lost(before.patient_id, user_slot, at, start)]
        _set(before, end=at)
        _set(holding, start=at)
    else:
        lost = [_Lost(holding.patient_id, user_slot, start, at)]
        _set(holding, start=at)
        _set(before, end=at)
    gets = holder if at < start else (before.patient if before else None)
    return _finish("devices.hand_over_corrected", device, holding, lost, gets, now, by)


def _finish(
    action: str,
    device: Device,
    holding: DeviceHolding,
    lost: list[_Lost],
    to: Patient | None,
    now: datetime,
    by: Actor,
) -> HandOver:
    moved, withdrawn = _move(device, lost, to, now, by)
    record(
        action=action,
        subject_type="device",
        subject_id=device.pk,
        patient_id=holding.patient_id,
        details={
            "at": holding.period.lower.isoformat(),
            "user_slot": holding.user_slot,
            "moved": moved,
            "withdrawn": withdrawn,
        },
        at=now,
        by=by,
    )
    redriving.release(device=device, now=now)
    return HandOver(holding, moved, withdrawn)


def _move(
    device: Device, lost: list[_Lost], to: Patient | None, now: datetime, by: Actor
) -> tuple[int, int]:
    found = [
        reading
        for cut in lost
        if to is None or cut.patient_id != to.pk
        for reading in _readings(device, cut)
    ]
    if not found:
        return 0, 0
    if to is not None and consenting.stands(patient_id=to.pk, purpose=Purpose.CARE, now=now):
        moved = retracting.move(readings=found, to=to.pk, reason=BECAUSE, now=now, by=by)
        return moved, 0
    reason = NOBODYS if to is None else NO_CONSENT
    retracting.withdraw_all(readings=found, reason=reason, now=now, by=by)
    return 0, len(found)


def _readings(device: Device, cut: _Lost) -> list[Identity]:
    """What counts as this person's and was measured in the time that they no longer hold."""
    found = []
    for kind, known in KINDS.items():
        table = known.table
        counts = COUNTS.format(reading="r", kind=kind, time=table.time)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT r.{table.time}, r.device_reading_id FROM {table.name} r"
                f" WHERE r.patient_id = %s AND r.device_id = %s AND r.{table.time} >= %s"
                f" AND r.{table.time} < %s AND r.user_slot IS NOT DISTINCT FROM %s AND {counts}",
                [cut.patient_id, device.pk, cut.start, cut.end or "infinity", cut.user_slot],
            )
            found += [
                Identity(cut.patient_id, kind, at, device.pk, id_) for at, id_ in cursor.fetchall()
            ]
    return found


def living(serial: str) -> Device:
    """The device, locked, so that its changes come one after the other.

    Raises RegistryError: there is none, or it is retired."""
    if is_archive(serial):
        raise RegistryError("An archive is no device: it stays with the person who brought it.")
    device = Device.objects.select_for_update().filter(serial=serial).first()
    if device is None:
        raise RegistryError(f"No device has the serial {serial}: register_device registers one.")
    if device.retired_at is not None:
        raise RegistryError(f"{serial} was retired at {device.retired_at.isoformat()}.")
    return device


def refuse_future(at: datetime, now: datetime) -> None:
    """Raises RegistryError for a time that is to come."""
    if at > now:
        raise RegistryError(f"A hand-over is a fact, not a plan: {at.isoformat()} is to come.")


def end_holding(holding: DeviceHolding, at: datetime) -> _Lost | None:
    """End a holding at that time; returns what its holder lost. One that had ended by then is left
    alone.

    Raises RegistryError: it begins later."""
    start, end = holding.period.lower, holding.period.upper
    if end is not None and end <= at:
        return None
    if start >= at:
        raise RegistryError(
            f"Somebody holds the device since {start.isoformat()}: hand it over after that, or"
            " correct that hand-over with --correct."
        )
    _set(holding, end=at)
    return _Lost(holding.patient_id, holding.user_slot, at, end)


def held_now(device: Device) -> list[DeviceHolding]:
    """Who holds it, with the people loaded."""
    return list(
        DeviceHolding.objects.filter(Q(device=device) & Q(period__upper_inf=True))
        .select_related("patient")
        .order_by("user_slot")
    )


def _set(
    holding: DeviceHolding | None, *, start: datetime | None = None, end: datetime | None = None
) -> None:
    if holding is not None:
        period = holding.period
        holding.period = DateTimeTZRange(start or period.lower, end or period.upper)
        holding.save(update_fields=["period"])


def _slot(user_slot: int | None) -> str:
    return "no user slot" if user_slot is None else f"user slot {user_slot}"
