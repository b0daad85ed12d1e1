"""A blood-pressure item as devices send it, and the reading it says."""

from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import Meta

from devices.kinds.blood_pressure import limits
from devices.kinds.blood_pressure.stored import StoredReading
from devices.kinds.blood_pressure.table import TABLE
from devices.kinds.reading import Item, Number, Row, Time, half_up, offset_minutes, utc
from devices.kinds.table import Table

FLAGS = (
    "irregular_pulse",
    "body_movement",
    "cuff_loose",
    "improper_position",
    "pulse_out_of_range",
)
Flag = Literal[
    "irregular_pulse", "body_movement", "cuff_loose", "improper_position", "pulse_out_of_range"
]
ALL_FLAGS = (1 << len(FLAGS)) - 1
Value = Number
Place = Annotated[str, Meta(max_length=60, pattern=r"^[^\x00]*$")]


class BloodPressureItem(Item, frozen=True, kw_only=True, gc=False):
    """The native item of kind `blood_pressure`."""

    measured_at: Time
    systolic: Value
    diastolic: Value
    pulse: Value | None = None
    mean_arterial: Value | None = None
    unit: Literal["mmHg", "kPa"] | None = None  # None is mmHg
    flags: Annotated[list[Flag], Meta(max_length=20)] | None = None
    position: Place | None = None
    body_site: Place | None = None


class BloodPressure(msgspec.Struct, frozen=True, gc=False):
    """A measurement in whole mmHg, halves up. `original` is what that rounding would lose."""

    kind: ClassVar[str] = "blood_pressure"
    table: ClassVar[Table] = TABLE

    at: datetime
    utc_offset: int
    id: str
    user_slot: int | None
    systolic: int
    diastolic: int
    pulse: int | None
    mean_arterial: int | None
    flags: int
    original: dict[str, Any] | None
    implausible: str | None

    @property
    def until(self) -> datetime:
        return self.at

    def doubt(self) -> str | None:
        return self.implausible

    def is_crisis(self) -> bool:
        return limits.is_crisis(systolic=self.systolic, diastolic=self.diastolic)

    def row(self, *, patient_id: int, device_id: int, received_at: datetime) -> Row:
        return (
            patient_id,
            self.at,
            device_id,
            self.id,
            received_at,
            self.systolic,
            self.diastolic,
            self.pulse,
            self.mean_arterial,
            self.flags,
            self.utc_offset,
            self.user_slot,
            self.original,
        )

    def stored(self, *, patient_id: int, device_id: int) -> StoredReading:
        return StoredReading(
            patient_id,
            self.at,
            device_id,
            self.id,
            self.systolic,
            self.diastolic,
            self.pulse,
            self.mean_arterial,
            flag_names(self.flags),
            self.utc_offset,
        )


def reading(item: BloodPressureItem) -> BloodPressure:
    """The reading an item says. Raises Malformed for a time outside of the calendar."""
    systolic: Value | Decimal = item.systolic
    diastolic: Value | Decimal = item.diastolic
    mean_arterial: Value | Decimal | None = item.mean_arterial
    if not (item.unit != "kPa" and type(item.systolic) is type(item.diastolic) is int):
        systolic, diastolic, mean_arterial = _in_mmhg(item)
    # Some cuffs send 0 for "not measured"; a mean lies between what it is the mean of.
    if mean_arterial is not None and not diastolic <= mean_arterial <= systolic:
        mean_arterial = None
    pulse = item.pulse
    return BloodPressure(
        utc(item.measured_at, "measured_at"),
        offset_minutes(item.measured_at),
        item.own_id,
        item.user_slot,
        _whole(systolic),
        _whole(diastolic),
        None if pulse is None else _whole(pulse),
        None if mean_arterial is None else _whole(mean_arterial),
        flag_bits(item.flags) if item.flags else 0,
        _original(item) if _loses_something(item, mean_arterial) else None,
        limits.doubt(systolic=systolic, diastolic=diastolic, pulse=pulse),
    )


def flag_bits(names: list[Flag]) -> int:
    """Flags as the bits of one small integer."""
    bits = 0
    for name in names:
        bits |= 1 << FLAGS.index(name)
    return bits


@lru_cache(maxsize=ALL_FLAGS + 1)
def flag_names(bits: int) -> frozenset[str]:
    """The flags of those bits."""
    return frozenset(name for place, name in enumerate(FLAGS) if bits >> place & 1)


def _exact(value: Value) -> Decimal:
    # The shortest decimal that reads back as the float is what the device wrote.
    return Decimal(value) if isinstance(value, int) else Decimal(repr(value))


def _in_mmhg(item: BloodPressureItem) -> tuple[Decimal, Decimal, Decimal | None]:
    factor = limits.MMHG_PER_KPA if item.unit == "kPa" else Decimal(1)
    mean_arterial = None if item.mean_arterial is None else _exact(item.mean_arterial) * factor
    return _exact(item.systolic) * factor, _exact(item.diastolic) * factor, mean_arterial


def _whole(value: Value | Decimal) -> int:
    if isinstance(value, int):
        return value
    return half_up(_exact(value) if isinstance(value, float) else value)


def _loses_something(item: BloodPressureItem, mean_arterial: Value | Decimal | None) -> bool:
    """Whether the columns alone could not give back what the device sent."""
    return (
        item.unit == "kPa"
        or item.position is not None
        or item.body_site is not None
        or (item.mean_arterial is not None and mean_arterial is None)
        or float in (type(item.systolic), type(item.diastolic))
        or float in (type(item.pulse), type(item.mean_arterial))
    )


def _original(item: BloodPressureItem) -> dict[str, Any]:
    """The device's values, unit and words."""
    sent = {
        "systolic": item.systolic,
        "diastolic": item.diastolic,
        "pulse": item.pulse,
        "mean_arterial": item.mean_arterial,
        "unit": item.unit or "mmHg",
        "position": item.position,
        "body_site": item.body_site,
    }
    return {name: value for name, value in sent.items() if value is not None}
