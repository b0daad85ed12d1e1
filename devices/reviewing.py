"""People look at what came in and is no reading: dismiss it, ask again, say whose it is, set its
clock right; and at messages that contradict a stored reading.

Everything ends in a decision with a name and a reason, in one transaction with what is stored and
the audit record; nothing disappears unseen. Call these in the scope of who decides: an item whose
person it covers, or one of nobody's on a device that they hold (`devices.whose`). What is sealed
stays sealed.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from devices import clocks, disowning, ingest, redriving, retracting, status
from devices.authenticating import Credential
from devices.held import Holding, KnownDevice
from devices.ingesting.results import Result
from devices.kinds.reading import Malformed, Reading
from devices.models import (
    ConflictCause,
    Device,
    DeviceHolding,
    DeviceStatus,
    QuarantineCode,
    QuarantinedItem,
    ReadingConflict,
    Resolution,
    Review,
)
from devices.stored_rows import Identity
from devices.wire.batch import Batch, Entry, Undecodable
from devices.wire.formats import read_kept
from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.hospitals.scope import Scope, ScopeMissing, acting_in, current
from healthcare.patients import consenting
from healthcare.patients.models import Patient, Purpose

STORED = ("accepted", "duplicate")
SHORTEST_REASON = 3
# A clock is set right by so much at most: farther away nothing is known of the day.
FARTHEST = timedelta(days=400)
NO_SLOT_OF_A_DEVICE = -1


class ReviewRefused(ValueError):
    """What was asked cannot be; the sentence names the cure."""


@transaction.atomic
def dismiss(*, item: QuarantinedItem, reason: str, now: datetime, by: Actor) -> None:
    """Looked at and left out; the item is kept with the reason."""
    _say_why(reason)
    _resolve(item, Resolution.DISMISSED, reason, now, by)


@transaction.atomic
def redrive(*, item: QuarantinedItem, now: datetime, by: Actor) -> Result:
    """Ask ingest again, by the rules, holders and devices of today. It stays where it is when it
    still cannot be stored; the answer says why.

    Raises ReviewRefused: its clock is wrong, which no rule changes.
    """
    if item.code == QuarantineCode.CLOCK_SUSPECT:
        raise ReviewRefused(_("The device's clock was wrong: correct the clock instead."))
    if item.code == QuarantineCode.DISOWNED:
        raise ReviewRefused(_("It is stored already: somebody has to say whose it is."))
    device = _device(item)
    with acting_in(Scope.system("an item of quarantine is asked again")):
        result = redriving.ask_again(item, device, now)
    if result.status in STORED:
        _resolve(item, Resolution.RELEASED, "asked again", now, by)
    return result


@transaction.atomic
def assign(
    *, item: QuarantinedItem, patient: Patient, reason: str, now: datetime, by: Actor
) -> Result:
    """It is this person's: stored as theirs through ingest, whatever slot the device named.

    Raises ReviewRefused: they do not consent to care, or it cannot be true.
    """
    _say_why(reason)
    if item.code == QuarantineCode.DISOWNED:
        return _hand_on(item, patient, reason, now, by)
    if item.code not in (QuarantineCode.UNKNOWN_USER, QuarantineCode.BEFORE_HAND_OVER):
        raise ReviewRefused(_("It is known whose this is: something else is wrong with it."))
    return _take_in(item, _reading(item), patient, reason, now, by)


@transaction.atomic
def set_clock(
    *,
    item: QuarantinedItem,
    ahead: timedelta | None = None,
    reason: str,
    now: datetime,
    by: Actor,
) -> Result:
    """The device's clock was `ahead` by so much (behind: negative; None: as estimated of it): the
    reading is stored with its right time, and will not count when it is sent again as it was.

    Raises ReviewRefused: nothing is known of its clock, or whose it is at the right time.
    """
    _say_why(reason)
    if item.code != QuarantineCode.CLOCK_SUSPECT:
        raise ReviewRefused(_("Only an item with a wrong clock is set right."))
    device = _device(item)
    if ahead is None:
        ahead = estimated(device)
        if ahead is None:
            raise ReviewRefused(
                _("Nothing is known of this device's clock: say how far it is off.")
            )
    if not timedelta(0) < abs(ahead) <= FARTHEST:
        raise ReviewRefused(_("A clock is off by something, and at most 400 days."))
    said = _reading(item)
    right = clocks.shifted(said, ahead)
    if right.until > now:
        raise ReviewRefused(_("With this clock it would still be measured in the future."))
    patient = _holder(device, right)
    if patient is None:
        raise ReviewRefused(_("Nobody held the device at that time: record the hand-over first."))
    result = _take_in(item, right, patient, reason, now, by)
    wrong = Identity(patient.pk, said.kind, said.at, device.pk, said.id)
    with acting_in(Scope.system("a wrong time shall not count when it is sent again")):
        retracting.forestall(reading=wrong, reason=reason, now=now, by=by)
    return result


def estimated(device: Device) -> timedelta | None:
    """How far the device's clock is ahead, as far as its posts tell; None when they do not."""
    found = status.drift_of(DeviceStatus.objects.filter(device=device).first())
    return timedelta(seconds=found.seconds) if found is not None and found.is_off else None


@transaction.atomic
def keep_stored(*, conflict: ReadingConflict, reason: str, now: datetime, by: Actor) -> None:
    """What was stored first stands; with `other_time`: both do."""
    _say_why(reason)
    _review(conflict, Review.KEPT, reason, now, by)


@transaction.atomic
def take_other(*, conflict: ReadingConflict, reason: str, now: datetime, by: Actor) -> None:
    """The other message was right: it takes the place of the stored reading (`retracting.correct`).

    Raises ReviewRefused: both are stored anyway, or the stored one was retracted already.
    """
    _say_why(reason)
    if conflict.cause != ConflictCause.OTHER_VALUES:
        raise ReviewRefused(_("Both readings are stored: take the wrong one back instead."))
    said = _decoded(conflict.payload)
    stored = Identity(
        conflict.patient_id,
        conflict.kind,
        conflict.measured_at,
        conflict.device_id,
        conflict.device_reading_id,
    )
    try:
        retracting.correct(reading=stored, says=said, reason=reason, now=now, by=by)
    except retracting.RetractionRefused as refused:
        raise ReviewRefused(str(refused)) from refused
    _review(conflict, Review.TAKEN, reason, now, by)


def _take_in(
    item: QuarantinedItem,
    says: Reading,
    patient: Patient,
    reason: str,
    now: datetime,
    by: Actor,
) -> Result:
    """Through ingest, as if this person held the device under that slot all the time. The others
    who ever held it are named too: what one of them has stored is no new reading."""
    _refuse_without_consent(patient, now)
    device = _device(item)
    with acting_in(Scope.system("what is reviewed is stored as a reading")):
        others = set(
            DeviceHolding.objects.filter(device=device).values_list("patient_id", flat=True)
        )
    known = KnownDevice(
        device.pk,
        [
            Holding(patient.pk, says.user_slot, says.at, None, True),
            *(Holding(o, NO_SLOT_OF_A_DEVICE, says.at, None, False) for o in sorted(others)),
        ],
    )
    sender = Credential(by, known, device.serial)
    batch = Batch([Entry(says, None, says.id or None)], lambda i: item.payload, bare=True)
    with acting_in(Scope.ingest()):
        result = ingest.take_in(batch, credential=sender, received_at=now)[0]
    if result.status not in STORED:
        raise ReviewRefused(result.detail or _("It cannot be stored."))
    _resolve(item, Resolution.RELEASED, reason, now, by, patient_id=patient.pk)
    return result


def _hand_on(
    item: QuarantinedItem, patient: Patient, reason: str, now: datetime, by: Actor
) -> Result:
    _refuse_without_consent(patient, now)
    try:
        disowning.take_over(item=item, patient=patient, reason=reason, now=now, by=by)
    except retracting.RetractionRefused as refused:
        raise ReviewRefused(str(refused)) from refused
    _resolve(item, Resolution.RELEASED, reason, now, by, patient_id=patient.pk)
    return Result(0, "accepted")


def _refuse_without_consent(patient: Patient, now: datetime) -> None:
    if not consenting.stands(patient_id=patient.pk, purpose=Purpose.CARE, now=now):
        raise ReviewRefused(_("This person does not consent to care: nothing may be stored."))


def _holder(device: Device, reading: Reading) -> Patient | None:
    """Who held the device when it was measured, as far as the scope covers them."""
    holding = (
        DeviceHolding.objects.filter(
            device=device, user_slot=reading.user_slot, period__contains=reading.at
        )
        .select_related("patient")
        .first()
    )
    return holding.patient if holding else None


def _reading(item: QuarantinedItem) -> Reading:
    return _decoded(item.payload)


def _decoded(payload: str) -> Reading:
    says = read_kept(payload).says
    if isinstance(says, Malformed | Undecodable):
        raise ReviewRefused(_("It holds no values that can be read: look at it, or dismiss it."))
    return says


def _device(item: QuarantinedItem) -> Device:
    if item.device is None:
        raise ReviewRefused(_("It is sealed: nobody has this device yet. Register or entrust it."))
    return item.device


def _say_why(reason: str) -> None:
    if len(reason.strip()) < SHORTEST_REASON:
        raise ReviewRefused(_("Say why in a few words."))


def _resolve(
    item: QuarantinedItem,
    resolution: Resolution,
    reason: str,
    now: datetime,
    by: Actor,
    *,
    patient_id: int | None = None,
) -> None:
    _device(item)  # what is sealed is erased after its time, and decided by nobody
    details = {"code": item.code, "resolution": resolution.value, "reason": reason.strip()}
    _once(
        lambda: QuarantinedItem.objects.filter(pk=item.pk, resolution="").update(
            resolution=resolution,
            resolved_at=now,
            resolved_by=str(by),
            resolution_note=reason.strip(),
        )
    )
    record(
        action="devices.quarantine_resolved",
        subject_type="quarantine",
        subject_id=item.pk,
        patient_id=patient_id or item.patient_id,
        details={**details},
        at=now,
        by=by,
    )


def _review(
    conflict: ReadingConflict, review: Review, reason: str, now: datetime, by: Actor
) -> None:
    _once(
        lambda: ReadingConflict.objects.filter(pk=conflict.pk, reviewed_at=None).update(
            reviewed_at=now, reviewed_by=str(by), review=review, review_note=reason.strip()
        )
    )
    record(
        action="devices.conflict_reviewed",
        subject_type="conflict",
        subject_id=conflict.pk,
        patient_id=conflict.patient_id,
        details={"review": review.value, "reason": reason.strip()},
        at=now,
        by=by,
    )


def _once(write: Callable[[], int]) -> None:
    """Decisions are written with the system's privileges, after the scope of who decides was asked;
    who may only read decides nothing."""
    scope = current()
    if scope.kind not in ("system", "people", "hospital") or scope.user_id is not None:
        raise ScopeMissing("Who may only read decides nothing about what was measured.")
    with acting_in(Scope.system("what was decided of an item is written")):
        if write() != 1:
            raise ReviewRefused(_("Somebody decided this already."))
