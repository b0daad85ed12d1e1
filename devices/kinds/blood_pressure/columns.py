"""Many plain blood-pressure items as columns: the same rules as `payload` and `limits`, on arrays.

Plain is what a body holds by the thousand: whole mmHg, no flag, no word about arm or position. What
is not plain is read item by item; a property test holds both readers to the same answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

import msgspec
import numpy as np
import numpy.typing as npt

from devices.kinds import times
from devices.kinds.blood_pressure import limits

NONE = -1
LARGEST = 2**15 - 1  # of the columns in the database
LARGEST_SLOT = 255
Whole = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class PlainItem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The fields of `BloodPressureItem` that plain items have. Others are passed over, and
    noticed by their number (devices/wire/plain.py)."""

    kind: Literal["blood_pressure"]
    measured_at: str
    systolic: int
    diastolic: int
    pulse: int | None = None
    user_slot: int | None = None
    device: str | None = None


class PlainColumns(msgspec.Struct, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """The same as lists of one length: the columnar body."""

    measured_at: list[str]
    systolic: list[int]
    diastolic: list[int]
    pulse: list[int | None] | None = None
    user_slot: list[int | None] | None = None
    device: list[str] | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """Parallel arrays. `at` is microseconds since 2000-01-01 UTC, offsets are minutes, pressures
    mmHg; `NONE` stands for an absent pulse or slot. `device` is absent when no item names one."""

    at: Whole
    utc_offset: Whole
    systolic: Whole
    diastolic: Whole
    pulse: Whole
    user_slot: Whole
    device: list[str] | None

    def __len__(self) -> int:
        return len(self.at)

    @classmethod
    def of_items(cls, items: Sequence[PlainItem]) -> Self | None:
        """The columns of these items; None when one of them is not plain after all."""
        devices = [item.device for item in items]
        named = devices.count(None) == 0
        if not named and devices.count(None) < len(devices):
            return None
        return cls._made(
            measured_at=[item.measured_at for item in items],
            systolic=[item.systolic for item in items],
            diastolic=[item.diastolic for item in items],
            pulse=[item.pulse for item in items],
            user_slot=[item.user_slot for item in items],
            device=devices if named and devices else None,
        )

    @classmethod
    def of_lists(cls, lists: PlainColumns) -> Self | None:
        """The same for the columnar body; None also when the lists differ in length."""
        given = {name: getattr(lists, name) for name in lists.__struct_fields__}
        count = len(lists.measured_at)
        absent: list[None] = [None] * count
        optional = {n: given[n] if given[n] is not None else absent for n in ("pulse", "user_slot")}
        if any(v is not None and len(v) != count for v in given.values()):
            return None
        return cls._made(**{**given, **optional})

    @classmethod
    def _made(cls, *, measured_at: list[str], device: Any, **values: list[Any]) -> Self | None:
        found = times.parse(measured_at)
        arrays = {name: _array(list_) for name, list_ in values.items()}
        slots = arrays["user_slot"]
        if found is None or any(array is None for array in arrays.values()):
            return None
        if slots is None or (slots > LARGEST_SLOT).any():
            return None
        return cls(at=found[0], utc_offset=found[1], device=device, **arrays)  # type: ignore[arg-type]

    def plausible(self) -> Mask:
        """Which of them `limits.doubt` has nothing against."""
        pulse = self.pulse
        plausible: Mask = (
            _within(self.systolic, limits.SYSTOLIC)
            & _within(self.diastolic, limits.DIASTOLIC)
            & (self.systolic - self.diastolic >= limits.SMALLEST_PULSE_PRESSURE)
            & ((pulse == NONE) | _within(pulse, limits.PULSE))
        )
        return plausible

    def crises(self) -> Mask:
        """Which of them say that a person should act at once."""
        high: Mask = (self.systolic >= limits.CRISIS_SYSTOLIC) | (
            self.diastolic >= limits.CRISIS_DIASTOLIC
        )
        return high


def _within(values: Whole, bounds: tuple[int, int]) -> Mask:
    inside: Mask = (values >= bounds[0]) & (values <= bounds[1])
    return inside


def _array(values: list[int | None]) -> Whole | None:
    """Small whole numbers; None when one is too large or stands for an absent one."""
    absent = values.count(None)
    if absent == len(values):
        return np.full(len(values), NONE, np.int64)
    given = [NONE if value is None else value for value in values] if absent else values
    try:
        array = np.array(given, np.int64)
    except OverflowError:
        return None
    if (array < 0).sum() != absent or (array > LARGEST).any():
        return None
    return array
