"""A day of a simulated device: what a kind's simulator needs to draw its items.

Pure and seeded like the physiology: no clock, no I/O.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from devices.kinds.physiology import Person

Item = dict[str, Any]
Made = tuple[datetime, Item]
"""An item and the true time at which it was ready."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How one device is used and how well it works."""

    drift_a_day: float  # seconds its clock gains a day
    at_once: bool  # posts after each session; else once a day
    repeats: float
    late: float
    travels: int | None  # the week of the year in which its owner is abroad
    abroad: str
    hypnogram: bool
    shared: bool


@dataclass(frozen=True, slots=True)
class Day:
    """One local day of one device. The device's own ids of the day count from `first_id`.

    `draw` is the day's generator of the device; whatever is drawn from the person instead
    (`physiology.rng`) is the same for all their devices.
    """

    who: Person
    habits: Habits
    date: date
    midnight: datetime
    first_id: int
    user_slot: int | None
    draw: np.random.Generator

    def after(self, minutes: float) -> datetime:
        """So many minutes after the day's midnight in true time, by the clock of the place."""
        return later(self.midnight, minutes)

    def shown(self, at: datetime) -> str:
        """The time by the device's own clock, set right on the first of each month."""
        drift = timedelta(seconds=round(self.habits.drift_a_day * self.date.day))
        return (at + drift).isoformat(timespec="seconds")


def later(start: datetime, minutes: float) -> datetime:
    """So many minutes later in true time, by the clock of the same place."""
    return (start.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(start.tzinfo)
