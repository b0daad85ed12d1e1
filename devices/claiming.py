"""A member takes a device with the code from its box, and gives it back.

The code is drawn when the device is stocked, printed once and kept as a hash. It names the device
and proves nothing but that one has its box; so it never takes a device, or a user slot of it, from
anybody: a second person of the household takes a free slot, and the first one sees that on their
page. Codes are not tried out: 12 of 31 letters are 59 bits, each attempt is counted
(docs/device-life.md).
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from devices import redriving
from devices.handing_over import end_holding, held_now
from devices.models import Device, DeviceClaimCode, DeviceHolding
from healthcare.accounts.credentials import token_hash
from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.hospitals.scope import Scope, acting_in, current
from healthcare.patients.models import Patient

# No 0, 1, I, L, O: the code is read from a box.
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 12
MOST_SLOTS = 4


class ClaimRefused(ValueError):
    """The message says why in a word: `code`, `yours`, `taken` (by somebody else, under that slot)
    or `slots` (the device is shared by slots already: name one)."""


@dataclass(frozen=True, slots=True)
class NewCode:
    """`text` is printed once; the hash is stored."""

    text: str
    hash: bytes


@dataclass(frozen=True, slots=True)
class OtherUser:
    """Somebody else on a device of one's own: the slot and since when, never who."""

    user_slot: int | None
    since: datetime


def new_code() -> NewCode:
    """Draw a code, in three groups of four."""
    code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    return NewCode("-".join(code[n : n + 4] for n in range(0, LENGTH, 4)), _hash(code))


@transaction.atomic
def renew_code(*, device: Device, now: datetime, by: Actor) -> str:
    """A new code for a box; the former one opens nothing from now on."""
    code = new_code()
    DeviceClaimCode.objects.update_or_create(
        device=device, defaults={"hash": code.hash, "made_at": now}
    )
    _note("devices.claim_code_renewed", device, None, None, now, by)
    return code.text


def claim(
    *, code: str, patient: Patient, user_slot: int | None, now: datetime, by: Actor
) -> DeviceHolding:
    """The device with this code is the member's from now on, under that slot.

    Raises `ClaimRefused`.
    """
    # Who has the box is nobody to the device yet: no scope of theirs covers who else holds it.
    with acting_in(Scope.system("a member claims a device by the code on its box")):
        found = DeviceClaimCode.objects.filter(hash=_hash(code), device__retired_at=None).first()
        if found is None:
            raise ClaimRefused("code")
        device = Device.objects.select_for_update().get(pk=found.device_id)
        for holding in held_now(device):
            if holding.user_slot == user_slot:
                raise ClaimRefused("yours" if holding.patient_id == patient.pk else "taken")
            if user_slot is None:
                raise ClaimRefused("slots")
        if not DeviceHolding.objects.filter(device=device).exists():
            device.timezone = patient.timezone
            device.save(update_fields=["timezone"])
        holding = DeviceHolding.objects.create(
            device=device,
            patient=patient,
            user_slot=user_slot,
            period=DateTimeTZRange(now, None),
        )
        _note("devices.claimed", device, patient.pk, user_slot, now, by)
        redriving.release(device=device, now=now)
    return holding


def give_back(*, holding_id: int, now: datetime, by: Actor) -> DeviceHolding:
    """The device is not the member's any more; what was measured until now stays theirs. Call it in
    their own scope.

    Raises `DeviceHolding.DoesNotExist`: it is not theirs, or ended already.
    """
    own = DeviceHolding.objects.select_related("device").get(
        pk=holding_id, period__upper_inf=True, patient_id__in=current().patient_ids
    )
    with acting_in(Scope.system("a member gives a device back")):
        Device.objects.select_for_update().get(pk=own.device_id)
        if own.period.lower < now:
            end_holding(own, now)
        else:
            own.delete()
        _note("devices.given_back", own.device, own.patient_id, own.user_slot, now, by)
    return own


def others_on(*, device_ids: list[int], patient_id: int) -> dict[int, list[OtherUser]]:
    """Who else uses these devices now, without a name. Ask it of one's own devices only."""
    own = set(
        DeviceHolding.objects.filter(
            device_id__in=device_ids, patient_id=patient_id, period__upper_inf=True
        ).values_list("device_id", flat=True)
    )
    found: dict[int, list[OtherUser]] = {}
    with acting_in(Scope.system("a holder sees which slots of the device others use")):
        rows = DeviceHolding.objects.filter(device_id__in=own, period__upper_inf=True)
        for holding in rows.exclude(patient_id=patient_id).order_by("device_id", "user_slot"):
            other = OtherUser(holding.user_slot, holding.period.lower)
            found.setdefault(holding.device_id, []).append(other)
    return found


def _hash(code: str) -> bytes:
    plain = "".join(letter for letter in code.upper() if letter in LETTERS)
    return token_hash(f"device claim:{plain}")


def _note(
    action: str,
    device: Device,
    patient_id: int | None,
    user_slot: int | None,
    now: datetime,
    by: Actor,
) -> None:
    record(
        action=action,
        subject_type="device",
        subject_id=device.pk,
        patient_id=patient_id,
        details={"user_slot": user_slot},
        at=now,
        by=by,
    )
