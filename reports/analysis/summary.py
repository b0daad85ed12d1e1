"""The one entry of the analysis: a person's readings and nights, one period, all facts."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reports.analysis import blood_pressure, sleep, together, windows
from reports.analysis.facts import NightFacts, Placed, Summary
from reports.analysis.measured import Night, Pressure, Reading
from reports.analysis.policy import DEFAULT_SETTINGS, Settings
from reports.analysis.schemes import DEFAULT_SCHEME, Scheme, named


def summarise(
    readings: Iterable[Reading],
    nights: Iterable[Night],
    *,
    timezone: str,
    start: date | None = None,
    end: date | None = None,
    scheme: str | Scheme = DEFAULT_SCHEME,
    birth_date: date | None = None,
    goal: Pressure | None = None,
    settings: Settings = DEFAULT_SETTINGS,
) -> Summary:
    """Everything that can be said about `start` <= local date < `end`.

    A reading is in the period of the day it counts for (an evening reading at 00:30 on the first
    belongs to the month before), a night in that of its date of waking: hand in the readings from
    a day before to a day after. Five weeks more before the period feed the trend and the change
    and nothing else. `goal` is the person's own; without it that of the settings, then that of
    the scheme. Without `start` or `end` the period is that of the data. Sufficiency asks for a
    reading in the last 7 days before `end`, so end a running period tomorrow.

    Raises ValueError for an unknown zone, an empty period without data, or a night that ends
    before it starts; `UnknownScheme` for a scheme that is none.
    """
    zone = zone_named(timezone)
    settings = replace(settings, goal=goal or settings.goal)
    table = named(scheme) if isinstance(scheme, str) else scheme
    placed_nights = sleep.place(nights, zone=zone)
    placed = windows.place(readings, placed_nights, zone=zone, settings=settings)
    start, end = _period(placed, placed_nights, start, end)
    facts = blood_pressure.analyse(
        placed, start=start, end=end, scheme=table, settings=settings, birth_date=birth_date
    )
    inside = [night for night in placed_nights if start <= night.date < end]
    return Summary(
        start=start,
        end=end,
        timezone=timezone,
        blood_pressure=facts,
        sleep=sleep.analyse(placed_nights, start=start, end=end, settings=settings),
        together=together.pair(inside, placed),
    )


def zone_named(name: str) -> ZoneInfo:
    """The IANA time zone, or a ValueError that says what a zone looks like."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone {name!r}; use a name like Asia/Tokyo") from error


def _period(
    placed: Sequence[Placed],
    nights: Sequence[NightFacts],
    start: date | None,
    end: date | None,
) -> tuple[date, date]:
    days = sorted({item.day for item in placed} | {night.date for night in nights})
    if not days and (start is None or end is None):
        raise ValueError("no readings and no nights: say from when to when")
    start = days[0] if start is None else start
    end = max(days[-1] + timedelta(days=1), start) if end is None else end
    if end < start:
        raise ValueError(f"the period ends ({end}) before it starts ({start})")
    return start, end
