"""Histograms: an edge on the threshold, every used reading once, wide ranges stay legible."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.analysis.facts import BloodPressureFacts
from reports.analysis.measured import Reading
from reports.charts import distribution
from reports.charts.scene import Bar, Frame, Line, Role, Text
from tests.synthetic import ZONE, Person, facts_of

FRAME = Frame(158, 122)
NOON = datetime(2026, 10, 2, 12, tzinfo=ZONE)


def facts_from(systolics: list[int], **options) -> BloodPressureFacts:
    readings = tuple(
        Reading(NOON + timedelta(minutes=n), value, value - 40) for n, value in enumerate(systolics)
    )
    found = facts_of(Person(readings), **options).blood_pressure
    assert found is not None
    return found


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(75, 300), min_size=1, max_size=60))
def test_every_used_reading_is_in_exactly_one_bin(values: list[int]) -> None:
    facts = facts_from(values)
    bins = distribution.tally(facts, "systolic")
    assert sum(b.count for b in bins) == facts.used
    assert 135 in {b.low for b in bins}
    assert len(bins) <= distribution.MOST_BINS
    at_or_above = sum(b.count for b in bins if b.at_or_above)
    assert at_or_above == sum(value >= 135 for value in values)


def test_135_counts_as_at_or_above_and_134_below() -> None:
    scene = distribution.histogram(
        facts_from([134, 135, 136]), "systolic", frame=FRAME, language="en"
    )
    words = [s.text for s in scene.shapes() if isinstance(s, Text)]
    assert "below 135: 1" in words
    assert "≥135: 2" in words


def test_the_threshold_line_lies_between_the_two_kinds_of_bars() -> None:
    scene = distribution.histogram(
        facts_from([110, 131, 137, 150]), "systolic", frame=FRAME, language="en"
    )
    line = next(s for s in scene.shapes() if isinstance(s, Line) and s.role is Role.THRESHOLD)
    for bar in (s for s in scene.shapes() if isinstance(s, Bar)):
        if bar.role is Role.AT_OR_ABOVE:
            assert bar.x >= line.x1
        else:
            assert bar.x + bar.width <= line.x1


def test_bars_grow_in_proportion() -> None:
    scene = distribution.histogram(
        facts_from([121, 121, 121, 131]), "systolic", frame=FRAME, language="en"
    )
    three, one = (s.height for s in scene.shapes() if isinstance(s, Bar))
    assert three == pytest.approx(3 * one)


def test_a_child_is_not_split_by_an_adult_threshold() -> None:
    facts = facts_from([110, 140], birth_date=date(2014, 1, 1))
    scene = distribution.histogram(facts, "systolic", frame=FRAME, language="en")
    assert not {s.role for s in scene.shapes()} & {Role.THRESHOLD, Role.AT_OR_ABOVE}


def test_rows_name_whole_numbers() -> None:
    table = distribution.rows(facts_from([131, 131, 142]), "systolic", language="en")
    assert table.rows == (("130–134", "2"), ("140–144", "1"))
