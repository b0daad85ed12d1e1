"""Each entry's fate before the database is asked whether it is new: placed, held or rejected."""

from datetime import datetime, timedelta

from msgspec import Struct

from devices.authenticating import Credential
from devices.held import KnownDevice
from devices.ingesting.holders import Book
from devices.ingesting.results import Result
from devices.kinds.reading import Malformed, Reading
from devices.models import QuarantineCode
from devices.wire.batch import Entry, Undecodable

# A device's clock may run ahead a little; further than this it is wrong.
CLOCK_AHEAD = timedelta(minutes=10)
NO_CONSENT = "no_consent"


class Placed(Struct, frozen=True, gc=False):
    """A reading that can be true, and whose it is."""

    index: int
    id: str | None
    reading: Reading
    patient_id: int
    device_id: int


class Held(Struct, frozen=True, gc=False):
    """What goes to quarantine, with what is known of it."""

    index: int
    id: str | None
    code: QuarantineCode
    detail: str
    kind: str
    device_id: int | None
    serial: str
    patient_id: int | None = None
    measured_at: datetime | None = None
    reading: Reading | None = None


Verdict = Placed | Held | Result


def judge(
    index: int, entry: Entry, *, credential: Credential, book: Book, received_at: datetime
) -> Verdict:
    """Decide one entry by its device, its clock, its holder, the consent and its values."""
    if isinstance(entry.says, Malformed):
        return _malformed(index, entry, entry.says)
    device = book.own
    if device is None:
        if not entry.device:
            return _malformed(index, entry, Malformed("device", "name the serial of the device."))
        device = book.by_serial.get(entry.device)
        if device is None:
            return _of_nobodys_device(index, entry, entry.says, entry.device)
    elif entry.device is not None and entry.device != credential.serial:
        problem = f"this token is that of {credential.serial}: leave device out."
        return _malformed(index, entry, Malformed("device", problem))
    if isinstance(entry.says, Undecodable):
        return _undecodable(index, entry, entry.says, device, received_at)
    return _place(index, entry, entry.says, device, received_at)


def _place(
    index: int, entry: Entry, reading: Reading, device: KnownDevice, received_at: datetime
) -> Verdict:
    slot = reading.user_slot
    ahead = reading.until - received_at > CLOCK_AHEAD
    holder = device.holder(at=received_at if ahead else reading.at, user_slot=slot)
    if not (holder.consents if holder else device.somebody_consents):
        return _no_consent(index, entry)
    code: QuarantineCode | None = None
    if ahead:
        code = QuarantineCode.CLOCK_SUSPECT
        detail = f"{reading.until.isoformat()} is in the future: set the device's clock."
    elif holder is None:
        code = device.why_nobody(at=reading.at, user_slot=slot)
        detail = _NOBODY[code].format(slot="no user slot" if slot is None else f"user slot {slot}")
    elif (doubt := reading.doubt()) is not None:
        code, detail = QuarantineCode.IMPLAUSIBLE, doubt
    if code is None:
        assert holder is not None  # else there is a code
        return Placed(index, entry.id, reading, holder.patient_id, device.id)
    return Held(
        index=index,
        id=entry.id,
        code=code,
        detail=detail,
        kind=reading.kind,
        device_id=device.id,
        serial="",
        patient_id=holder.patient_id if holder else None,
        measured_at=reading.at,
        reading=reading,
    )


_NOBODY = {
    QuarantineCode.BEFORE_HAND_OVER: "measured before anybody held this device with {slot}.",
    QuarantineCode.UNKNOWN_USER: "nobody holds this device with {slot}: whose is this?",
}


def _undecodable(
    index: int, entry: Entry, says: Undecodable, device: KnownDevice, received_at: datetime
) -> Verdict:
    holder = device.holder(at=received_at, user_slot=says.user_slot)
    if not (holder.consents if holder else device.somebody_consents):
        return _no_consent(index, entry)
    return Held(
        index=index,
        id=entry.id,
        code=QuarantineCode.UNDECODABLE,
        detail=says.detail,
        kind=says.kind,
        device_id=device.id,
        serial="",
        patient_id=holder.patient_id if holder else None,
    )


def _of_nobodys_device(index: int, entry: Entry, says: Reading | Undecodable, serial: str) -> Held:
    reading = None if isinstance(says, Undecodable) else says
    return Held(
        index=index,
        id=entry.id,
        code=QuarantineCode.UNKNOWN_DEVICE,
        detail="this sender has no device with this serial: it is kept sealed for 30 days.",
        kind=says.kind,
        device_id=None,
        serial=serial,
        measured_at=reading.at if reading else None,
        reading=reading,
    )


def _malformed(index: int, entry: Entry, problem: Malformed) -> Result:
    detail = f"{problem.field}: {problem}" if problem.field else str(problem)
    return Result(index, "rejected", entry.id, "malformed", detail)


def _no_consent(index: int, entry: Entry) -> Result:
    detail = "the person does not consent to care: nothing was stored."
    return Result(index, "rejected", entry.id, NO_CONSENT, detail)
