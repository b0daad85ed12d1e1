"""Times of apps, and the two days on which clocks are changed."""

from zoneinfo import ZoneInfo

import pytest

from devices.archives import clocks
from devices.archives.clocks import NoTime

TOKYO, BERLIN = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    "text",
    [
        "2026/10/01 07:05",
        "2026-10-01 07:05:00",
        "2026-10-01T07:05",
        "2026.10.1 7:05",
        "2026年10月1日 7:05",
        "Oct 1 2026 07:05",
        "October 1, 2026 7:05 am",
        "1 Oct 2026 7:05 a.m.",
        "2026-10-01 07:05:00 +0900",
        "2026-09-30T22:05:00Z",
        "2026-10-01 06:05 GMT+8",
    ],
)
def test_the_ways_apps_write(text: str) -> None:
    at = clocks.moment(text, TOKYO)
    assert clocks.written(at.astimezone(TOKYO)) == "2026-10-01T07:05:00+09:00"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("10/01/2026 07:05", "day or month first"),
        ("2026-10-01", "no time of day"),
        ("2026-02-30 07:05", "in no calendar"),
        ("2026-10-01 25:05", "in no calendar"),
        ("2026-10-01 13:05 pm", "in no calendar"),
        ("yesterday", "is no time"),
        ("", "is no time"),
        ("2026-10-01 07:05 +2500", "no offset"),
        ("0001-01-01 00:00", "outside of the calendar"),
    ],
)
def test_what_is_no_time(text: str, why: str) -> None:
    with pytest.raises(NoTime, match=why):
        clocks.moment(text, TOKYO)


def test_the_hour_that_clocks_leap_over() -> None:
    with pytest.raises(NoTime, match="never was in Europe/Berlin"):
        clocks.moment("2026-03-29 02:30", BERLIN)
    assert clocks.written(clocks.moment("2026-03-29 03:00", BERLIN)) == "2026-03-29T03:00:00+02:00"


def test_the_hour_that_clocks_show_twice_is_read_as_the_first() -> None:
    at = clocks.moment("2026-10-25 02:30", BERLIN)
    assert clocks.written(at) == "2026-10-25T02:30:00+02:00"
    assert clocks.is_twice(at)
    assert not clocks.is_twice(clocks.moment("2026-10-25 03:00", BERLIN))
    # With an offset nothing is assumed.
    said = clocks.moment("2026-10-25 02:30 +0100", BERLIN)
    assert clocks.written(said) == "2026-10-25T02:30:00+01:00"
    assert not clocks.is_twice(said)


@pytest.mark.parametrize("name", ["Asia/Nowhere", "../../etc/passwd", "Asia", "", "a\0b"])
def test_no_time_zone(name: str) -> None:
    with pytest.raises(NoTime, match="is no time zone"):
        clocks.zone_of(name)
