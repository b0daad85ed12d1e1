"""From values to places: linear scales, round ticks, days and clock hours."""

import math
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Linear:
    """Maps the values `low..high` onto the places `start..end`; outside values are clamped."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The place of a value."""
        value = min(max(value, self.low), self.high)
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def floor_to(value: float, step: int) -> int:
    """The largest multiple of step that is not above value."""
    return math.floor(value / step) * step


def ceil_to(value: float, step: int) -> int:
    """The smallest multiple of step that is not below value."""
    return math.ceil(value / step) * step


@dataclass(frozen=True, slots=True)
class Days:
    """The days `first..last` as columns of equal width between two places."""

    first: date
    last: date
    start: float
    end: float

    @property
    def count(self) -> int:
        """How many days there are."""
        return (self.last - self.first).days + 1

    @property
    def step(self) -> float:
        """The width of one day."""
        return (self.end - self.start) / self.count

    def left(self, day: date) -> float:
        """Where a day's column begins."""
        return self.start + (day - self.first).days * self.step

    def at(self, day: date, fraction: float = 0.5) -> float:
        """A place inside a day's column; 0 is midnight, 0.5 noon."""
        return self.left(day) + fraction * self.step

    def all(self) -> list[date]:
        """Every day in order."""
        return [self.first + timedelta(days=n) for n in range(self.count)]

    def ticks(self, room: float) -> list[date]:
        """Days to label so that two labels are at least `room` apart."""
        for stride in (1, 2, 5, 7, 14, 28, 56, 91, 182, 365, 730, 1826):
            if stride * self.step >= room:
                return self.all()[::stride]
        return [self.first]


NARROW, BROAD = frozenset("fijltrI.,:;'!|()/ -"), frozenset("mwMW%≥<")


def text_width(text: str, size: float) -> float:
    """An estimate of a text's width that needs no font: wide characters are one size square.

    It rather errs to the wide side, because a browser may have only a broad font.
    """
    return size * _width_of_one(text)


def fitting_size(text: str, size: float, room: float) -> float:
    """The size, or the smaller one at which the text takes no more than `room`."""
    return min(size, room / text_width(text or " ", 1))


@lru_cache(maxsize=4096)
def _width_of_one(text: str) -> float:
    return sum(_share_of_size(character) for character in text)


def _share_of_size(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if character in NARROW:
        return 0.37
    if character in BROAD:
        return 0.95
    return 0.7 if character.isupper() else 0.62
