"""Half-open periods of local dates, months that keep their anchor day, and ways to count days.

A period ``[start, end)`` holds ``start`` and not ``end``. Dates are local to the operator's time
zone; only `local_date` and `midnight` know about instants.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

_LAST_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """``[start, end)`` in local dates; at least one day long."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"a period must start before it ends: [{self.start}, {self.end})")

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def __str__(self) -> str:
        return f"[{self.start}, {self.end})"

    @property
    def days(self) -> int:
        """Calendar days in the period."""
        return (self.end - self.start).days

    def overlaps(self, other: Self) -> bool:
        """Whether the two share a day; periods that only touch do not."""
        return self.start < other.end and other.start < self.end

    def intersection(self, other: Self) -> Self | None:
        """The days both have, or None."""
        if not self.overlaps(other):
            return None
        return type(self)(max(self.start, other.start), min(self.end, other.end))


def last_day_of_month(year: int, month: int) -> int:
    """28, 29, 30 or 31, by the Gregorian calendar."""
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if leap else _LAST_DAYS[month - 1]


def add_months(day: date, months: int, *, anchor_day: int | None = None) -> date:
    """The date ``months`` later, on ``anchor_day`` or on the last day of a shorter month.

    Without ``anchor_day`` the day of ``day`` is the anchor. Repeated steps that pass the stored
    anchor never drift: 31 Jan, 28 Feb, 31 Mar.
    """
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    anchor = day.day if anchor_day is None else anchor_day
    return date(year, month + 1, min(anchor, last_day_of_month(year, month + 1)))


def anchored_period(day: date, anchor_day: int) -> Period:
    """The month from anchor to anchor that holds ``day``; anchor 1 is the calendar month."""
    start = add_months(day, 0, anchor_day=anchor_day)
    if start > day:
        start = add_months(day, -1, anchor_day=anchor_day)
    return Period(start, add_months(start, 1, anchor_day=anchor_day))


def boundaries(start: date, anchor_day: int) -> Iterator[date]:
    """``start`` and every anchor day after it, clamped to short months, without end."""
    yield start
    period = anchored_period(start, anchor_day)
    while True:
        yield period.end
        period = anchored_period(period.end, anchor_day)


def calendar_month(day: date) -> Period:
    """The calendar month that holds ``day``."""
    return anchored_period(day, 1)


def parse_month(text: str) -> Period:
    """Read ``"2026-04"`` as ``[2026-04-01, 2026-05-01)``."""
    match = _MONTH.fullmatch(text)
    if match is None or not 1 <= int(match.group(1)) < date.max.year:
        raise ValueError(f"{text!r} is not a month; write YYYY-MM such as 2026-04")
    return calendar_month(date(int(match.group(1)), int(match.group(2)), 1))


def month_text(period: Period) -> str:
    """``"2026-04"`` for the month in which ``period`` starts."""
    return f"{period.start.year:04d}-{period.start.month:02d}"


def days_30_360(start: date, end: date) -> int:
    """Days from ``start`` to ``end`` where every month has 30 and a 31st counts as the 30th.

    16 May to 1 June are 15, 28 February to 1 March are 3.
    """
    months = (end.year - start.year) * 12 + end.month - start.month
    return months * 30 + min(end.day, 30) - min(start.day, 30)


def local_date(moment: datetime, zone: ZoneInfo) -> date:
    """The date on the calendar of ``zone`` at ``moment``, which must carry an offset."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no offset; a local date needs an instant")
    return moment.astimezone(zone).date()


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which ``day`` begins in ``zone``: when a period ends or access stops."""
    return datetime.combine(day, time.min, tzinfo=zone)
