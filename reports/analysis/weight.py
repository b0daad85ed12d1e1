"""Weight over a period: the last value and how far it is from the first.

Kilograms and percent, unrounded. A weighing is in the period of its local date in the person's
zone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from statistics import fmean
from typing import Any
from zoneinfo import ZoneInfo

from devices.kinds.weight.stored import StoredWeight


@dataclass(frozen=True, slots=True)
class Weighing:
    """One value by the person's clock."""

    at: datetime
    kilograms: float
    body_fat: float | None


@dataclass(frozen=True, slots=True)
class WeightFacts:
    """At least one weighing, in time order. `change` is last minus first, None with only one."""

    weighings: tuple[Weighing, ...]
    mean: float
    lowest: float
    highest: float
    change: float | None

    @property
    def first(self) -> Weighing:
        return self.weighings[0]

    @property
    def last(self) -> Weighing:
        return self.weighings[-1]

    @property
    def days(self) -> int:
        """On how many local days somebody stood on the scale."""
        return len({weighing.at.date() for weighing in self.weighings})

    @property
    def body_fat(self) -> Weighing | None:
        """The last weighing that came with body fat."""
        return next((w for w in reversed(self.weighings) if w.body_fat is not None), None)


def analyse(
    rows: Iterable[StoredWeight], *, start: date, end: date, zone: ZoneInfo, experimental: bool
) -> WeightFacts | None:
    """Facts of `start` <= local date < `end`; None without a weighing."""
    placed = (
        Weighing(row.measured_at.astimezone(zone), row.kilograms, row.body_fat) for row in rows
    )
    found = sorted((w for w in placed if start <= w.at.date() < end), key=lambda w: w.at)
    if not found:
        return None
    values = [weighing.kilograms for weighing in found]
    # Grams are whole: the difference of two floats is brought back to them.
    change = round(values[-1] - values[0], 3) if len(values) > 1 else None
    return WeightFacts(tuple(found), fmean(values), min(values), max(values), change)


def to_json(facts: WeightFacts) -> dict[str, Any]:
    """The section `weight` of a summary."""
    fat = facts.body_fat
    return {
        "weighings": len(facts.weighings),
        "days": facts.days,
        "first": _value(facts.first),
        "last": _value(facts.last),
        "change": facts.change,
        "mean": facts.mean,
        "lowest": facts.lowest,
        "highest": facts.highest,
        "body_fat": None if fat is None else fat.body_fat,
    }


def _value(weighing: Weighing) -> dict[str, Any]:
    return {"weight": weighing.kilograms, "measured_at": weighing.at.isoformat()}
