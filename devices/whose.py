"""Whose is this? Items of nobody's on a device that a member holds, for that member to answer.

They name no person, so no scope covers them: that the member holds the device now is asked behind
both walls first, and only then the items of that device.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from devices import reviewing
from devices.ingesting.results import Result
from devices.models import DeviceHolding, QuarantineCode, QuarantinedItem
from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.models import Patient

OPEN = (
    QuarantineCode.UNKNOWN_USER,
    QuarantineCode.BEFORE_HAND_OVER,
    QuarantineCode.DISOWNED,
)
MOST = 100
MEMBER_SAYS = "the member says: mine"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a member may say of an item."""

    item: QuarantinedItem
    others: int  # how many other people use the device


def open_items(*, patient: Patient, now: datetime) -> list[Answer]:
    """What waits for an answer on the devices that this member holds, newest first. Call it in
    their own scope, or in that of the hospital that cares for them.

    Of a device that others held too, only what was measured since they hold it: what a former
    holder left in its memory is none of theirs."""
    holdings = list(DeviceHolding.objects.filter(patient=patient, period__contains=now))
    since = {
        device_id: min(h.period.lower for h in holdings if h.device_id == device_id)
        for device_id in {h.device_id for h in holdings}
    }
    with acting_in(Scope.system("a holder is asked whose a reading is")):
        found = []
        for device_id, start in since.items():
            other = DeviceHolding.objects.filter(device_id=device_id).exclude(patient=patient)
            rows = QuarantinedItem.objects.select_related("device").filter(
                device_id=device_id, code__in=OPEN, patient=None, resolution=""
            )
            if other.exists():
                rows = rows.filter(measured_at__gte=start)
            users = other.filter(period__upper_inf=True).values("patient_id").distinct().count()
            open_ = rows.exclude(not_of__contains=[patient.pk])[:MOST]
            found += [Answer(item, users) for item in open_]
    return sorted(found, key=lambda answer: answer.item.received_at, reverse=True)


@transaction.atomic
def mine(
    *, item_id: int, patient: Patient, reason: str = MEMBER_SAYS, now: datetime, by: Actor
) -> Result:
    """It is this person's: stored as a reading of theirs. The member says so, or a clinician who
    asked them, with a reason.

    Raises `QuarantinedItem.DoesNotExist`: it is none of theirs to answer; `ReviewRefused`.
    """
    item = _one(item_id, patient, now).item
    return reviewing.assign(item=item, patient=patient, reason=reason, now=now, by=by)


@transaction.atomic
def not_mine(*, item_id: int, patient: Patient, now: datetime, by: Actor) -> None:
    """It is not the member's. While somebody else uses the device it waits for them; otherwise it
    is dismissed with that reason. Raises as `mine` does."""
    answer = _one(item_id, patient, now)
    with acting_in(Scope.system("a holder said that a reading is not theirs")):
        row = QuarantinedItem.objects.select_for_update(of=("self",)).get(pk=answer.item.pk)
        row.not_of = sorted({*row.not_of, patient.pk})
        row.save(update_fields=["not_of"])
    if len(row.not_of) > answer.others:
        reviewing.dismiss(
            item=answer.item, reason="everybody who uses the device says: not mine", now=now, by=by
        )
        return
    record(
        action="devices.said_not_mine",
        subject_type="quarantine",
        subject_id=row.pk,
        patient_id=patient.pk,
        at=now,
        by=by,
    )


def _one(item_id: int, patient: Patient, now: datetime) -> Answer:
    for answer in open_items(patient=patient, now=now):
        if answer.item.pk == item_id:
            return answer
    raise QuarantinedItem.DoesNotExist
