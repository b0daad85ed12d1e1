"""Labels that keep apart, gaps, ticks, and words in both languages."""

import itertools
import string
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.charts import words
from reports.charts.parts import Key, gaps, hours, legend, spread
from reports.charts.scales import Days, Linear, ceil_to, floor_to
from reports.charts.scene import Role

START = date(2026, 10, 1)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 100), min_size=1, max_size=8))
def test_spread_labels_keep_their_distance_and_order(places: list[float]) -> None:
    moved = spread(sorted(places), room=10, low=0, high=100)
    assert all(b - a >= 10 - 1e-9 for a, b in itertools.pairwise(moved))
    assert max(moved) <= 100


def test_labels_with_room_stay_where_they_are() -> None:
    assert spread([5, 20, 60], room=10, low=0, high=100) == [5, 20, 60]


def test_gaps_are_runs_of_days() -> None:
    days = Days(START, START + timedelta(days=9), 0, 100)
    known = {START + timedelta(days=n) for n in (0, 1, 4, 5, 6, 8)}
    assert gaps(days, known) == [
        (START + timedelta(days=2), 2),
        (START + timedelta(days=7), 1),
        (START + timedelta(days=9), 1),
    ]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 4000), st.floats(60, 600))
def test_ticks_never_crowd(count: int, width: float) -> None:
    days = Days(START, START + timedelta(days=count - 1), 0, width)
    places = [days.at(day) for day in days.ticks(30)]
    assert places
    assert all(b - a >= 30 - 1e-6 for a, b in itertools.pairwise(places))


@settings(max_examples=40, deadline=None)
@given(st.integers(-1440, 600), st.integers(60, 2880), st.floats(80, 500))
def test_hours_never_crowd(low: int, length: int, width: float) -> None:
    places = [x for x, _ in hours(Linear(low, low + length, 0, width))]
    assert all(b - a >= 9 for a, b in itertools.pairwise(places))


def test_a_legend_wraps_inside_its_width() -> None:
    keys = [Key("a rather long name of something", Role.SYSTOLIC) for _ in range(5)]
    _, one_line = legend(keys[:1], width=300)
    shapes, height = legend(keys, width=300)
    assert height > one_line
    assert len(shapes) == 2 * len(keys)


def test_an_unknown_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="blob"):
        legend([Key("x", Role.SYSTOLIC, "blob")], width=100)


def test_steps_of_axes() -> None:
    assert (floor_to(-61, 60), ceil_to(-61, 60), ceil_to(120, 60)) == (-120, -60, 120)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys_and_fields() -> None:
    english, japanese = words.WORDS["en"], words.WORDS["ja"]
    assert english.keys() == japanese.keys()
    for key, text in english.items():
        assert fields(text) == fields(japanese[key]), key


def test_dates_and_lengths() -> None:
    day = date(2026, 10, 9)
    assert words.short_date(day, "en") == "9 Oct"
    assert words.short_date(day, "ja") == "10/9"
    assert words.tick_date(day, "en", with_year=True) == "Oct 2026"
    assert words.tick_date(day, "ja", with_year=True) == "2026/10"
    assert words.hours_minutes(359.5, "en") == "6 h 00 min"
    assert words.hours_minutes(383, "ja") == "6時間23分"
    assert words.clock_length(383.5) == "6:24"
    assert words.hours_minutes(None, "en") == "–"
