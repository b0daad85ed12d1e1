"""The `ble` item: bytes that a gateway passes on as it heard them."""

import re
from datetime import datetime, timedelta, timezone
from typing import Annotated, cast

import msgspec
from msgspec import Meta

from devices.kinds.blood_pressure import payload as blood_pressure
from devices.kinds.reading import Item, Malformed, Text, Time
from devices.wire import bluetooth
from devices.wire.batch import Undecodable

BLOOD_PRESSURE_MEASUREMENT = "2a35"
# A 16-bit characteristic, alone or inside the Bluetooth base UUID.
CHARACTERISTIC = re.compile(
    r"(?:0x)?([0-9a-f]{4})|0000([0-9a-f]{4})-0000-1000-8000-00805f9b34fb", re.IGNORECASE
)
OFFSET = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})")
FARTHEST = 18 * 60
GUEST = 255

Minutes = Annotated[int, Meta(ge=-FARTHEST, le=FARTHEST)]


class BleItem(Item, frozen=True, kw_only=True, gc=False):
    """The native item of kind `ble`. `utc_offset` is "+09:00" or minutes; the gateway's own
    (that of `received_at`) when it is absent."""

    characteristic: Annotated[str, Meta(max_length=60)]
    value: Annotated[str, Meta(max_length=400)]
    received_at: Time
    utc_offset: Annotated[str, Meta(max_length=10)] | Minutes | None = None
    model: Text | None = None


def reading(item: BleItem) -> blood_pressure.BloodPressure | Undecodable:
    """The reading in the bytes, or why there is none. Raises Malformed for a wrong envelope."""
    _check_characteristic(item.characteristic)
    offset = _offset(item)
    try:
        measurement = bluetooth.decode_hex(item.value, model=item.model)
    except bluetooth.DecodingError as error:
        return Undecodable("blood_pressure", f"value: {error}", item.user_slot)
    slot = _slot(item, measurement)
    if measurement.impossible_date:
        return Undecodable("blood_pressure", f"no such date: {measurement.clock}.", slot)
    if measurement.systolic is None or measurement.diastolic is None:
        return Undecodable("blood_pressure", "the cuff says that it has no value.", slot)
    # A clock that was never set says nothing; the gateway heard the cuff right after it measured.
    local = measurement.timestamp
    measured_at = item.received_at if local is None else local.replace(tzinfo=offset)
    said = blood_pressure.reading(
        blood_pressure.BloodPressureItem(
            measured_at=measured_at,
            systolic=measurement.systolic,
            diastolic=measurement.diastolic,
            pulse=measurement.pulse,
            mean_arterial=measurement.mean_arterial,
            unit="kPa" if measurement.unit == "kPa" else "mmHg",
            flags=[cast("blood_pressure.Flag", flag) for flag in measurement.flags],
            user_slot=slot,
            id=item.id,
        )
    )
    return msgspec.structs.replace(said, original=_original(item, measurement))


def _check_characteristic(text: str) -> None:
    match = CHARACTERISTIC.fullmatch(text)
    if match is None or (match[1] or match[2]).lower() != BLOOD_PRESSURE_MEASUREMENT:
        raise Malformed("characteristic", f"{text!r} is not known here: send 2A35.")


def _offset(item: BleItem) -> timezone:
    given = item.utc_offset
    if isinstance(given, int):
        return timezone(timedelta(minutes=given))
    if given is None:
        return timezone(item.received_at.utcoffset() or timedelta())
    if given in ("Z", "z"):
        return timezone(timedelta())
    match = OFFSET.fullmatch(given)
    minutes = int(match[2]) * 60 + int(match[3]) if match else FARTHEST + 1
    if match is None or minutes > FARTHEST or int(match[3]) >= 60:
        raise Malformed("utc_offset", f"{given!r}: write it like +09:00, or in minutes.")
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))


def _slot(item: BleItem, measurement: bluetooth.Measurement) -> int | None:
    """The user the cuff names. It names one when it says so, or when a quirk found the byte."""
    if measurement.user is not None:
        return measurement.user
    announced = measurement.quirk is not None or _flags(item.value) & bluetooth.HAS_USER
    return GUEST if announced else item.user_slot


def _flags(value: str) -> int:
    digits = re.sub(r"^0x|[\s:-]", "", value.strip(), flags=re.IGNORECASE)
    return int(digits[:2], 16)


def _original(item: BleItem, measurement: bluetooth.Measurement) -> dict[str, object]:
    """The bytes, and both times: the cuff's own, which has no zone, and the gateway's."""
    local: datetime | None = measurement.timestamp
    return {
        "characteristic": "2A35",
        "value": item.value,
        "timestamp": None if local is None else local.isoformat(),
        "received_at": item.received_at.isoformat(),
        "model": item.model,
        "quirk": measurement.quirk,
    }
