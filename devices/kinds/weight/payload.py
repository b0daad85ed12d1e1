"""A weighing as scales send it, and the reading it says."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Literal

import msgspec

from devices.kinds.reading import Item, Number, Row, Time, half_up, offset_minutes, utc
from devices.kinds.table import Table
from devices.kinds.weight import limits
from devices.kinds.weight.stored import StoredWeight
from devices.kinds.weight.table import TABLE

Value = Number


class WeightItem(Item, frozen=True, kw_only=True, gc=False):
    """The native item of kind `weight`. `bmi` (kg/m2) and `impedance` (ohm) are kept as sent, and
    nothing is made of them."""

    measured_at: Time
    weight: Value
    unit: Literal["kg", "lb"] | None = None  # None is kg
    body_fat: Value | None = None
    bmi: Value | None = None
    impedance: Value | None = None


class Weight(msgspec.Struct, frozen=True, gc=False):
    """A weighing in whole grams and tenths of a percent, halves up. `original` is what that
    rounding would lose."""

    kind: ClassVar[str] = "weight"
    table: ClassVar[Table] = TABLE

    at: datetime
    utc_offset: int
    id: str
    user_slot: int | None
    grams: int
    body_fat_permille: int | None
    original: dict[str, Any] | None
    implausible: str | None

    @property
    def until(self) -> datetime:
        return self.at

    def doubt(self) -> str | None:
        return self.implausible

    def is_crisis(self) -> bool:
        return False

    def row(self, *, patient_id: int, device_id: int, received_at: datetime) -> Row:
        return (
            patient_id,
            self.at,
            device_id,
            self.id,
            received_at,
            self.grams,
            self.body_fat_permille,
            self.utc_offset,
            self.user_slot,
            self.original,
        )

    def stored(self, *, patient_id: int, device_id: int) -> StoredWeight:
        return StoredWeight(
            patient_id,
            self.at,
            device_id,
            self.id,
            self.grams,
            percent(self.body_fat_permille),
            self.utc_offset,
        )


def reading(item: WeightItem) -> Weight:
    """The reading an item says. Raises Malformed for a time outside of the calendar."""
    factor = limits.GRAMS_PER_LB if item.unit == "lb" else limits.GRAMS_PER_KG
    grams = _exact(item.weight) * factor
    permille = None if item.body_fat is None else _exact(item.body_fat) * 10
    return Weight(
        at=utc(item.measured_at, "measured_at"),
        utc_offset=offset_minutes(item.measured_at),
        id=item.own_id,
        user_slot=item.user_slot,
        grams=half_up(grams),
        body_fat_permille=None if permille is None else half_up(permille),
        original=_original(item, lossless=_whole(grams) and _whole(permille)),
        implausible=limits.doubt(grams=grams, body_fat=item.body_fat),
    )


def percent(permille: int | None) -> float | None:
    """Body fat as people write it."""
    return None if permille is None else permille / 10


def _exact(value: int | float) -> Decimal:
    # The shortest decimal that reads back as the float is what the device wrote.
    return Decimal(value) if isinstance(value, int) else Decimal(repr(value))


def _whole(value: Decimal | None) -> bool:
    return value is None or value == value.to_integral_value()


def _original(item: WeightItem, *, lossless: bool) -> dict[str, Any] | None:
    """The device's values and unit, where the columns alone could not give them back."""
    if lossless and item.unit != "lb" and item.bmi is None and item.impedance is None:
        return None
    sent = {
        "weight": item.weight,
        "unit": item.unit or "kg",
        "body_fat": item.body_fat,
        "bmi": item.bmi,
        "impedance": item.impedance,
    }
    return {name: value for name, value in sent.items() if value is not None}
