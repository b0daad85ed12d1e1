from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.analysis import display

LINE = (135, 85)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (134.4, "134"),
        (134.5, "134.5"),
        (134.96, "134.9"),
        (135, "135.0"),
        (135.04, "135.0"),
        (135.6, "136"),
        (120.5, "121"),
        (None, "–"),
    ],
)
def test_near_the_line_one_decimal(value: float | None, shown: str) -> None:
    assert display.number(value, lines=[135]) == shown


@given(value=st.floats(min_value=30, max_value=300))
def test_what_is_printed_stands_on_the_side_of_the_line_where_the_value_is(value: float) -> None:
    shown = Decimal(display.number(value, lines=[125, 135]))
    for line in (125, 135):
        assert (shown >= line) == (value >= line)


def test_each_component_has_its_own_lines() -> None:
    assert display.pressure(134.96, 70.2, lines=[LINE, (125, 75)]) == "134.9 / 70"
    assert display.pressure(150.5, 84.6, lines=[LINE]) == "151 / 84.6"
    assert display.pressure(None, None) == "– / –"


def test_durations_and_shares() -> None:
    assert display.hours_and_minutes(383.5) == "6 h 24 min"
    assert display.hours_and_minutes(59.6) == "1 h 00 min"
    assert display.percent(55.5) == "56 %"
    assert display.hours_and_minutes(None) == display.percent(None) == "–"
