"""A holder says of a reading that counts as theirs: that was not me.

It is taken back (`devices.retracting`). Where somebody else holds the device too, the question
"whose is this?" is put to them (`devices.whose`): the reading goes to whoever answers "mine", and
neither learns who the other is. Until then its holder may think better of it.
"""

from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from devices import retracting
from devices.ingesting.fingerprints import fingerprint
from devices.kinds.known import KINDS
from devices.models import (
    READINGS,
    DeviceHolding,
    QuarantineCode,
    QuarantinedItem,
    ReadingRetraction,
    Resolution,
    RetractionCause,
)
from devices.stored_rows import Identity, named_by
from devices.wire.native import read_item
from healthcare.audit.actors import Actor
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.models import Patient

NOT_ME = gettext_noop("the member says: not me")
DETAIL = "its holder says that somebody else measured it."
THEIRS_AFTER_ALL = "its holder says that it is theirs after all"


@transaction.atomic
def disown(*, reading: Identity, reason: str, now: datetime, by: Actor) -> bool:
    """Not the holder's: taken back. Returns whether somebody else holds the device and is asked.
    Call it in the holder's own scope.

    Raises RetractionRefused, as `retracting.withdraw` does.
    """
    retracting.withdraw(reading=reading, reason=reason, now=now, by=by)
    with acting_in(Scope.system("others who hold a device are asked whose a reading is")):
        if not _others(reading, now).exists():
            return False
        payload = _payload(reading)
        QuarantinedItem.objects.create(
            device_id=reading.device_id,
            kind=reading.kind,
            code=QuarantineCode.DISOWNED,
            detail=DETAIL,
            payload=payload,
            measured_at=reading.at,
            received_at=now,
            # Disowned, taken again and disowned: each time it is a question of its own.
            fingerprint=fingerprint(payload, reading.device_id, reading.patient_id, now),
            not_of=[reading.patient_id],
        )
    return True


def is_shared(reading: Identity, *, now: datetime) -> bool:
    """Whether somebody else would be asked whose this is. Ask it of one's own readings only."""
    with acting_in(Scope.system("a holder is told that others are asked")):
        return _others(reading, now).exists()


@transaction.atomic
def take_again(*, reading: Identity, reason: str, now: datetime, by: Actor) -> None:
    """The holder's after all: it counts again, and nobody else is asked any longer.

    Raises RetractionRefused: somebody else said "mine" meanwhile, or as `retracting.restore` does.
    """
    retracting.restore(reading=reading, reason=reason, now=now, by=by)
    with acting_in(Scope.system("others who hold a device are asked no longer")):
        waiting = QuarantinedItem.objects.filter(
            device_id=reading.device_id,
            kind=reading.kind,
            code=QuarantineCode.DISOWNED,
            measured_at=reading.at,
            not_of__contains=[reading.patient_id],
            resolution="",
        )
        same = [row.pk for row in waiting if _own_id(row) == reading.device_reading_id]
        waiting.filter(pk__in=same).update(
            resolution=Resolution.DISMISSED,
            resolved_at=now,
            resolved_by=str(by),
            resolution_note=THEIRS_AFTER_ALL,
        )


@transaction.atomic
def take_over(
    *, item: QuarantinedItem, patient: Patient, reason: str, now: datetime, by: Actor
) -> None:
    """What one holder disowned is this person's.

    Raises RetractionRefused: it counts again for who disowned it, or is somebody's already.
    """
    if item.measured_at is None or item.device is None:
        raise retracting.RetractionRefused(_("There is no such reading."))
    with acting_in(Scope.system("a reading goes from who disowned it to whose it is")):
        disowned = ReadingRetraction.objects.filter(
            patient_id__in=item.not_of,
            kind=item.kind,
            measured_at=item.measured_at,
            device=item.device,
            device_reading_id=_own_id(item),
            cause=RetractionCause.WITHDRAWN,
            restored_at=None,
        ).first()
        if disowned is None:
            raise retracting.RetractionRefused(_("It counts for somebody again."))
        retracting.pass_on(reading=named_by(disowned), to=patient.pk, reason=reason, now=now, by=by)


def _others(reading: Identity, now: datetime) -> QuerySet[DeviceHolding]:
    """Who else holds the device now and held it when that was measured."""
    held = DeviceHolding.objects.filter(
        device_id=reading.device_id, period__contains=now, period__startswith__lte=reading.at
    )
    return held.exclude(patient_id=reading.patient_id)


def _payload(reading: Identity) -> str:
    """The stored reading in the words of an item: what the others are shown."""
    kind = KINDS[reading.kind]
    row: Any = READINGS[reading.kind]._default_manager.get(
        patient_id=reading.patient_id,
        device_id=reading.device_id,
        device_reading_id=reading.device_reading_id,
        **{kind.table.time: reading.at},
    )
    said = {name: value for name, value in kind.answer(row).items() if name != "original"}
    item = {"kind": kind.name, "id": reading.device_reading_id or None, **said}
    return msgspec.json.encode({**item, "user_slot": row.user_slot}).decode()


def _own_id(item: QuarantinedItem) -> str:
    return read_item(msgspec.json.decode(item.payload)).id or ""
