"""Dates as operators write them, era dates by the days on which eras changed."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthcare.subscribers.loading import dates, eras
from healthcare.subscribers.loading.cells import BadCell


@pytest.mark.parametrize(
    ("written", "form", "day"),
    [
        ("2024-01-02", "iso", "2024-01-02"),
        ("2024/1/2", "year-month-day", "2024-01-02"),
        ("2024.01.02", "year-month-day", "2024-01-02"),
        ("20240102", "compact", "2024-01-02"),
        ("2024年1月2日", "kanji", "2024-01-02"),
        ("02/01/2024", "day-month-year", "2024-01-02"),
        ("02/01/2024", "month-day-year", "2024-02-01"),
        ("令和6年1月2日", "era", "2024-01-02"),
        ("令和元年5月1日", "era", "2019-05-01"),
        ("R6.1.2", "era", "2024-01-02"),
        ("S55/03/04", "era", "1980-03-04"),
        ("㍻31.4.30", "era", "2019-04-30"),
        ("昭64年1月7日", "era", "1989-01-07"),
        ("h010203", "era", "1989-02-03"),
        ("5060102", "era-digits", "2024-01-02"),
        ("9060102", "era-digits-pension", "2024-01-02"),
        ("5550304", "era-digits-pension", "1980-03-04"),
        ("", "era", ""),
    ],
)
def test_each_form(written: str, form: str, day: str) -> None:
    assert dates.read(written, [form]) == day


@pytest.mark.parametrize(
    ("written", "form", "said"),
    [
        ("平成32年1月1日", "era", "平成 ended on 2019-04-30"),
        ("H31.5.1", "era", "平成 ended on 2019-04-30"),
        ("R1.4.30", "era", "令和 began on 2019-05-01"),
        ("昭和64年1月8日", "era", "昭和 ended on 1989-01-07"),
        ("R0.1.1", "era", "no day 1/1 in the year 0"),
        ("R6.2.30", "era", "no day 2/30 in the year 6"),
        ("R60102", "era", "Not a date in a form"),
        ("6060102", "era-digits", "No era has the digit 6"),
        ("2024-1-2", "iso", "Not a date in a form"),
        ("2024/1.2", "year-month-day", "Not a date in a form"),
        ("13/13/2024", "day-month-year", "no day 13/13/2024"),
        ("２０２４-01-02", "iso", "Not a date in a form"),
    ],
)
def test_what_is_no_date(written: str, form: str, said: str) -> None:
    with pytest.raises(BadCell) as refused:
        dates.read(written, [form])
    assert said in str(refused.value)
    assert refused.value.code == "not_a_date"


def in_era(day: date) -> eras.Era:
    return next(each for each in reversed(eras.ERAS) if each.first <= day)


@given(st.dates(date(1873, 1, 1), date(2080, 12, 31)))
def test_a_day_written_in_its_era_is_that_day(day: date) -> None:
    era = in_era(day)
    year = day.year - era.first.year + 1
    assert eras.written(f"{era.kanji}{year}年{day.month}月{day.day}日") == day
    assert eras.written(f"{era.letter}{year:02}{day:%m%d}") == day
    digit = next(each for each, named in eras.DIGITS.items() if named == era)
    assert eras.coded(f"{digit}{year:02}{day:%m%d}", eras.DIGITS) == day


@pytest.mark.parametrize("era", [each for each in eras.ERAS if each.last])
def test_an_era_ends_with_its_last_day(era: eras.Era) -> None:
    assert era.last is not None
    after = era.last + timedelta(days=1)
    year = after.year - era.first.year + 1
    with pytest.raises(eras.NoSuchDay, match="ended"):
        eras.written(f"{era.letter}{year}.{after.month}.{after.day}")
