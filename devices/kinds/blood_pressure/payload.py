"""A blood-pressure item as devices send it, and the reading it says."""

from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import Meta

from devices.kinds.blood_pressure import limits
from devices.kinds.blood_pressure.table import TABLE
from devices.kinds.reading import Row, Sequence, Slot, Text, Time, half_up, offset_minutes, utc
from devices.kinds.stored import StoredReading
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
Value = int | float
Place = Annotated[str, Meta(max_length=60)]


class BloodPressureItem(msgspec.Struct, frozen=True, kw_only=True):
    """The native item of kind `blood_pressure`."""

    measured_at: Time
    systolic: Value
    diastolic: Value
    pulse: Value | None = None
    mean_arterial: Value | None = None
    unit: Literal["mmHg", "kPa"] = "mmHg"
    flags: Annotated[list[Flag], Meta(max_length=20)] | None = None
    position: Place | None = None
    body_site: Place | None = None
    user_slot: Slot | None = None
    id: Text | Sequence | None = None
    device: Text | None = None


class BloodPressure(msgspec.Struct, frozen=True):
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
    systolic, diastolic, mean_arterial = _in_mmhg(item)
    # Some cuffs send 0 for "not measured"; a mean lies between what it is the mean of.
    if mean_arterial is not None and not diastolic <= mean_arterial <= systolic:
        mean_arterial = None
    return BloodPressure(
        at=utc(item.measured_at, "measured_at"),
        utc_offset=offset_minutes(item.measured_at),
        id="" if item.id is None else str(item.id),
        user_slot=item.user_slot,
        systolic=_whole(systolic),
        diastolic=_whole(diastolic),
        pulse=None if item.pulse is None else _whole(_exact(item.pulse)),
        mean_arterial=None if mean_arterial is None else _whole(mean_arterial),
        flags=flag_bits(item.flags) if item.flags else 0,
        original=_original(item, mean_arterial is None),
        implausible=limits.doubt(systolic=systolic, diastolic=diastolic, pulse=item.pulse),
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


def _exact(value: Value) -> limits.Exact:
    # The shortest decimal that reads back as the float is what the device wrote.
    return value if isinstance(value, int) else Decimal(repr(value))


def _in_mmhg(item: BloodPressureItem) -> tuple[limits.Exact, limits.Exact, limits.Exact | None]:
    systolic, diastolic = _exact(item.systolic), _exact(item.diastolic)
    mean_arterial = None if item.mean_arterial is None else _exact(item.mean_arterial)
    if item.unit == "kPa":
        systolic *= limits.MMHG_PER_KPA
        diastolic *= limits.MMHG_PER_KPA
        mean_arterial = None if mean_arterial is None else mean_arterial * limits.MMHG_PER_KPA
    return systolic, diastolic, mean_arterial


def _whole(value: limits.Exact) -> int:
    return value if isinstance(value, int) else half_up(value)


def _original(item: BloodPressureItem, mean_left_out: bool) -> dict[str, Any] | None:
    """The device's values, unit and words, when the columns alone could not give them back."""
    values = {
        "systolic": item.systolic,
        "diastolic": item.diastolic,
        "pulse": item.pulse,
        "mean_arterial": item.mean_arterial,
    }
    kept: dict[str, Any] = {}
    lost = mean_left_out and item.mean_arterial is not None
    if lost or item.unit != "mmHg" or any(isinstance(v, float) for v in values.values()):
        kept = {name: value for name, value in values.items() if value is not None}
        kept["unit"] = item.unit
    if item.position is not None:
        kept["position"] = item.position
    if item.body_site is not None:
        kept["body_site"] = item.body_site
    return kept or None
