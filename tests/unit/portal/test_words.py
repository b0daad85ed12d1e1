"""Times, ages, money and verdicts in words."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from portal.overview import days_asked
from portal.templatetags.pages import (
    ago,
    hours_minutes,
    kind_in_words,
    local,
    longday,
    longmonth,
    money,
)
from portal.verdicts import against_goal, against_threshold, clock, signed
from reports.analysis.measured import Pressure

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=-30), "just now"),
        (timedelta(minutes=59), "59 min ago"),
        (timedelta(hours=14), "14 h ago"),
        (timedelta(hours=47, minutes=59), "47 h ago"),
        (timedelta(days=2), "2 days ago"),
    ],
)
def test_age(before: timedelta, words: str) -> None:
    assert ago(NOW - before, NOW) == words


def test_times_are_the_persons() -> None:
    assert local(NOW, "Asia/Tokyo") == "2026-11-23 12:00"
    assert local(NOW, "America/New_York") == "2026-11-22 22:00"


@pytest.mark.parametrize(
    ("language", "day", "month"),
    [("en", "3 November 2026", "November 2026"), ("ja", "2026年11月3日", "2026年11月")],
)
def test_dates_in_words(language: str, day: str, month: str) -> None:
    with translation.override(language):
        assert longday(date(2026, 11, 3)) == day
        assert longmonth(date(2026, 11, 3)) == month


@pytest.mark.parametrize(
    ("minor", "currency", "en", "ja"),
    [
        (1980, "JPY", "¥1,980", "1,980円"),
        (-330, "JPY", "−¥330", "−330円"),
        (0, "JPY", "¥0", "0円"),
        (123456, "USD", "$1,234.56", "$1,234.56"),
        (1250, "KWD", "KWD 1.250", "KWD 1.250"),
    ],
)
def test_money(minor: int, currency: str, en: str, ja: str) -> None:
    with translation.override("en"):
        assert money(minor, currency) == en
    with translation.override("ja"):
        assert money(minor, currency) == ja


def test_what_cannot_be_computed_is_a_dash() -> None:
    assert hours_minutes(None) == clock(None) == "–"
    assert hours_minutes(383.5) == "6 h 24 min"
    assert clock(1439.6) == "00:00"


@pytest.mark.parametrize(
    ("value", "printed"), [(8.4, "+8"), (-8.5, "−9"), (0.4, "0"), (-0.4, "0"), (0.5, "+1")]
)
def test_differences_carry_their_sign(value: float, printed: str) -> None:
    assert signed(value) == printed


def test_either_component_decides_and_the_line_itself_is_over() -> None:
    goal = Pressure(125, 75)
    assert against_goal(124.9, 74.9, goal).tone == "good"
    assert against_goal(125, 70, goal).tone == against_goal(120, 75, goal).tone == "warn"
    line = Pressure(135, 85)
    assert against_threshold(134.99, 84.99, line).tone == "soft"
    assert against_threshold(134, 85, line).tone == "bad"


@pytest.mark.parametrize(
    ("text", "most", "days"),
    [("7", None, 7), ("90", None, 90), ("90", 62, 30), ("30", 7, 7), ("x", None, 30), ("", 62, 30),
     ("99999999999", None, 30), ("٧", None, 30)],
)  # fmt: skip
def test_a_period_is_one_of_those_offered(text: str, most: int | None, days: int) -> None:
    assert days_asked(text, most=most) == days


def test_a_device_without_a_model_is_named_by_what_it_measures() -> None:
    assert kind_in_words("blood_pressure") == "Blood pressure"
    with translation.override("ja"):
        assert kind_in_words("sleep") == "睡眠"
