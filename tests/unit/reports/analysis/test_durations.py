"""Durations without an order claim no figure that rests on one."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from devices.kinds.pieces import Piece, Quantity
from devices.kinds.sleep.payload import staged
from devices.kinds.sleep.pieces import reading
from reports.analysis import durations
from reports.analysis.hypnogram import Stages, from_letters, runs
from reports.analysis.measured import Night, Stage
from reports.analysis.sleep import night_facts
from reports.analysis.sleep_facts import NightStatistics

START = datetime(2026, 11, 1, 14, tzinfo=UTC)
EIGHT_HOURS = timedelta(hours=8)


def figures(**minutes: float) -> NightStatistics:
    """Of a night of eight hours that came as durations."""
    parts = {name: Quantity(value, "min") for name, value in minutes.items()}
    piece = Piece(kind="sleep", whole=True, start=START, end=START + EIGHT_HOURS, parts=parts)
    found = reading(piece)
    stages = tuple((Stage(name), m) for name, m in staged(found.stages, found.microseconds))
    night = Night(started_at=START, ended_at=START + EIGHT_HOURS, stages=stages)
    return night_facts(night, zone=ZoneInfo("Asia/Tokyo")).statistics


ON_ORDER = ("awakenings", "rem_latency")
ON_ALL = ("sol", "sme", "waso_spt", "waso_to_lights_on", "terminal_wake")


@pytest.mark.parametrize(
    "minutes",
    [
        {"asleep": 420},
        {"asleep": 420, "light": 240, "deep": 90, "rem": 90},
        {"asleep": 420, "deep": 90},
        {"asleep": 420, "awake": 30},
        {"asleep": 420, "light": 240, "deep": 90, "awake": 30},
    ],
)
def test_what_durations_cannot_tell(minutes: dict[str, float]) -> None:
    found = figures(**minutes)
    assert (found.tst, found.tib, found.se) == (420, 480, 87.5)
    assert {name: getattr(found, name) for name in (*ON_ORDER, *ON_ALL)} == dict.fromkeys(
        (*ON_ORDER, *ON_ALL)
    )
    # Sleep of no stage leaves every stage unknown; without any they are as they were said.
    assert (found.light, found.deep) == ((240, 90) if "rem" in minutes else (None, None))


def test_what_an_episode_tells_whole() -> None:
    found = figures(asleep=420, light=240, deep=180, awake=30, awake_before=20, awake_after=10)
    assert {getattr(found, name) for name in ON_ORDER} == {None}
    assert [getattr(found, name) for name in ("sol", "waso_spt", "terminal_wake")] == [20, 30, 10]
    assert (found.spt, found.waso_to_lights_on) == (450, 40)


def test_a_latency_is_known_even_where_waking_is_not() -> None:
    found = figures(asleep=420, awake_before=20)
    assert (found.sol, found.waso_spt) == (20, None)


@pytest.mark.parametrize(
    "letters",
    [
        "W" * 30 + "L" * 100 + "W" * 10 + "L" * 90 + "R" * 200,
        "L" * 50 + "D" * 30 + "R" * 20,  # short: it may have been so
        "?",
        "W",
        "R" * 100 + "L" * 300,
        "L" * 480,
        "LWLWLW" * 60,
        "L" * 100 + "W" + "L" * 101,
        "L" * 100 + "D" * 90 + "W" * 10 + "R" * 100,
        "?" + "L" * 200 + "D" * 200,
        "1" * 200 + "2" * 200,
    ],
)
def test_what_was_seen_in_order_keeps_its_figures(letters: str) -> None:
    stages: Stages = from_letters(letters, 60)
    assert not durations.are_all_there_is(runs(stages))
