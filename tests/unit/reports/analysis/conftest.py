"""Readings and nights in few words."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reports.analysis.measured import Night, Reading, Stage

Measure = Callable[..., Reading]

FIRST_DAY = date(2026, 10, 1)


@pytest.fixture
def measure() -> Measure:
    """measure(day, "07:00", 130, 80): a reading on day 0, 1, ... of October 2026 in Tokyo."""

    def reading(
        day: int,
        at: str,
        systolic: int,
        diastolic: int = 80,
        *,
        zone: str = "Asia/Tokyo",
        **more: Any,
    ) -> Reading:
        local = datetime.combine(
            FIRST_DAY + timedelta(days=day), time.fromisoformat(at), ZoneInfo(zone)
        )
        return Reading(local.astimezone(UTC), systolic, diastolic, **more)

    return reading


@pytest.fixture
def week(measure: Measure) -> Callable[..., list[Reading]]:
    """Seven days of one reading each morning and two each evening: 21 readings."""

    def readings(morning: int = 130, evening: int = 130, diastolic: int = 80) -> list[Reading]:
        found = []
        for day in range(7):
            found.append(measure(day, "07:00", morning, diastolic))
            found.append(measure(day, "21:00", evening, diastolic))
            found.append(measure(day, "21:02", evening, diastolic))
        return found

    return readings


@pytest.fixture
def sleep_night() -> Callable[..., Night]:
    """sleep_night(day, "23:00", [("n2", 400)]): a night that begins on day 0, 1, ... in Tokyo."""

    def night(
        day: int,
        at: str,
        stages: Sequence[tuple[str, float]],
        *,
        zone: str = "Asia/Tokyo",
        first_day: date = FIRST_DAY,
    ) -> Night:
        local = datetime.combine(
            first_day + timedelta(days=day), time.fromisoformat(at), ZoneInfo(zone)
        )
        start = local.astimezone(UTC)
        minutes = sum(length for _, length in stages)
        return Night(
            started_at=start,
            ended_at=start + timedelta(minutes=minutes),
            stages=tuple((Stage(stage), length) for stage, length in stages),
        )

    return night
