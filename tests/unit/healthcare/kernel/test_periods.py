from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthcare.kernel.periods import (
    Period,
    add_months,
    anchored_period,
    boundaries,
    calendar_month,
    days_30_360,
    local_date,
    midnight,
    month_text,
    parse_month,
)

dates = st.dates(date(1950, 1, 1), date(2150, 12, 31))
anchors = st.integers(1, 31)
TOKYO = ZoneInfo("Asia/Tokyo")


def test_a_period_holds_its_start_and_not_its_end() -> None:
    april = calendar_month(date(2026, 4, 16))
    assert april == Period(date(2026, 4, 1), date(2026, 5, 1))
    assert april.days == 30
    assert date(2026, 4, 1) in april
    assert date(2026, 5, 1) not in april
    assert str(april) == "[2026-04-01, 2026-05-01)"


@pytest.mark.parametrize("end", [date(2026, 4, 1), date(2026, 3, 31)])
def test_a_period_must_have_a_day(end: date) -> None:
    with pytest.raises(ValueError, match="must start before it ends"):
        Period(date(2026, 4, 1), end)


def test_periods_that_only_touch_do_not_overlap() -> None:
    april, may = parse_month("2026-04"), parse_month("2026-05")
    middle = Period(date(2026, 4, 16), date(2026, 5, 16))
    assert not april.overlaps(may)
    assert april.intersection(may) is None
    assert april.intersection(middle) == Period(date(2026, 4, 16), date(2026, 5, 1))


def test_the_29th_of_february_comes_back_in_leap_years() -> None:
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert add_months(date(2024, 2, 29), 48) == date(2028, 2, 29)
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2024, 3, 31), -1) == date(2024, 2, 29)


@given(dates, anchors)
def test_anchored_periods_tile_the_calendar_and_never_drift(day: date, anchor: int) -> None:
    period = anchored_period(day, anchor)
    assert day in period
    assert anchored_period(period.end, anchor).start == period.end
    for boundary in (period.start, period.end):
        tomorrow = boundary + timedelta(days=1)
        assert boundary.day == anchor or (boundary.day < anchor and tomorrow.day == 1)


@given(dates, anchors)
def test_boundaries_grow_by_one_month(day: date, anchor: int) -> None:
    found = list(islice(boundaries(day, anchor), 14))
    assert found[0] == day
    assert all(0 < (later - earlier).days <= 31 for earlier, later in pairwise(found))


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2026, 5, 16), date(2026, 6, 1), 15),
        (date(2026, 2, 28), date(2026, 3, 1), 3),
        (date(2024, 2, 29), date(2024, 3, 1), 2),
        (date(2026, 5, 30), date(2026, 5, 31), 0),
        (date(2026, 5, 31), date(2026, 6, 1), 1),
        (date(2026, 1, 1), date(2027, 1, 1), 360),
    ],
)
def test_30_360(start: date, end: date, days: int) -> None:
    assert days_30_360(start, end) == days


@given(dates)
def test_every_calendar_month_has_30_of_30_days(day: date) -> None:
    month = calendar_month(day)
    assert days_30_360(month.start, month.end) == 30
    assert days_30_360(month.start, day) + days_30_360(day, month.end) == 30


def test_months_are_read_and_written() -> None:
    assert month_text(parse_month("2026-12")) == "2026-12"
    assert parse_month("2026-12").end == date(2027, 1, 1)


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "26-01", "2026/01", "0000-01", "9999-12"])
def test_what_is_not_a_month_names_the_form(text: str) -> None:
    with pytest.raises(ValueError, match="YYYY-MM"):
        parse_month(text)


def test_a_local_date_needs_an_instant() -> None:
    late = datetime(2026, 4, 30, 15, 0, tzinfo=UTC)
    assert local_date(late, TOKYO) == date(2026, 5, 1)
    with pytest.raises(ValueError, match="no offset"):
        local_date(late.replace(tzinfo=None), TOKYO)


def test_a_day_begins_at_local_midnight() -> None:
    assert midnight(date(2026, 5, 1), TOKYO).isoformat() == "2026-05-01T00:00:00+09:00"
