"""Intervals of Apple Health to nights: goldens for each rule of `apple_sleep`."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.archives.apple_sleep import CODES, EPOCH, MOST_INTERVALS, PAUSE, Nights
from tests.unit.devices.archives import samples
from tests.unit.devices.archives.conftest import Read

Told = tuple[str, str, str]


def at(clock: str) -> str:
    """A time of the night that begins on the evening of 1 October."""
    day = 1 if clock >= "12:00" else 2
    return f"2026-10-{day:02} {clock}:00 +0900"


def nights(read: Read, *told: Told, source: str = "Watch") -> list[tuple[str, str, list[str]]]:
    intervals = [samples.slept(at(a), at(b), value, source) for a, b, value in told]
    return [
        (
            found.item["started_at"][11:16],
            found.item["ended_at"][11:16],
            [f"{s['stage']} {s['minutes']:g}" for s in found.item["stages"]],
        )
        for found in read(samples.apple(*intervals))
    ]


def test_stages_of_a_watch(read: Read) -> None:
    assert nights(
        read,
        ("23:00", "23:30", "AsleepCore"),
        ("23:30", "00:30", "AsleepDeep"),
        ("00:30", "00:35", "Awake"),
        ("00:35", "02:00", "AsleepREM"),
        ("02:00", "06:30", "AsleepCore"),
    ) == [("23:00", "06:30", ["light 30", "deep 60", "awake 5", "rem 85", "light 270"])]


def test_in_bed_around_sleep_is_awake(read: Read) -> None:
    assert nights(
        read,
        ("22:40", "07:00", "InBed"),
        ("23:10", "03:00", "Asleep"),
        ("03:20", "06:45", "Asleep"),
    ) == [
        ("22:40", "07:00", ["awake 30", "asleep 230", "awake 20", "asleep 205", "awake 15"]),
    ]


def test_what_nothing_covers_is_unknown(read: Read) -> None:
    assert nights(read, ("23:00", "01:00", "AsleepCore"), ("01:20", "06:00", "AsleepCore")) == [
        ("23:00", "06:00", ["light 120", "unknown 20", "light 280"])
    ]


def test_a_pause_of_an_hour_is_one_night_and_a_minute_more_two(read: Read) -> None:
    assert len(nights(read, ("23:00", "01:00", "Asleep"), ("02:00", "06:00", "Asleep"))) == 1
    assert nights(read, ("23:00", "01:00", "Asleep"), ("02:01", "06:00", "Asleep")) == [
        ("23:00", "01:00", ["asleep 120"]),
        ("02:01", "06:00", ["asleep 239"]),
    ]


def test_a_stage_says_more_than_asleep(read: Read) -> None:
    assert nights(
        read, ("23:00", "06:00", "AsleepUnspecified"), ("01:00", "02:00", "AsleepDeep")
    ) == [("23:00", "06:00", ["asleep 120", "deep 60", "asleep 240"])]


def test_of_two_stages_the_later_counts(read: Read) -> None:
    assert nights(read, ("23:00", "02:00", "AsleepCore"), ("01:00", "06:00", "AsleepDeep")) == [
        ("23:00", "06:00", ["light 120", "deep 300"])
    ]


def test_two_sources_are_two_accounts_of_a_night(read: Read) -> None:
    found = read(
        samples.apple(
            samples.slept(at("23:00"), at("06:00"), "AsleepCore", "Watch"),
            samples.slept(at("22:50"), at("06:10"), "Asleep", "Mat"),
        )
    )
    assert [(night.label, night.item["stages"][0]["minutes"]) for night in found] == [
        ("Watch", 420),
        ("Mat", 440),
    ]


def test_a_phone_on_the_table_slept_nothing(read: Read) -> None:
    notes: Counter[str] = Counter()
    assert read(samples.apple(samples.slept(at("22:00"), at("07:00"), "InBed")), notes=notes) == []
    assert notes["times in bed without any sleep"] == 1


def test_the_hour_that_clocks_show_twice_is_an_hour_of_sleep(read: Read) -> None:
    (night,) = read(
        samples.apple(
            samples.slept("2026-10-24 23:00:00 +0200", "2026-10-25 06:00:00 +0100", "AsleepCore")
        )
    )
    assert night.item["stages"] == [{"stage": "light", "minutes": 8 * 60}]
    assert night.item["ended_at"] == "2026-10-25T06:00:00+01:00"


@pytest.mark.parametrize(
    ("start", "end", "value", "why"),
    [
        (at("23:00"), at("23:00"), "Asleep", "does not end after"),
        (at("23:00"), at("06:00"), "Dreaming", "no value of sleep"),
        ("soon", at("06:00"), "Asleep", "is no time"),
    ],
)
def test_a_broken_interval_is_rejected_alone(
    read: Read, start: str, end: str, value: str, why: str
) -> None:
    good = samples.slept(at("23:00"), at("06:00"), "AsleepCore")
    rejected, night = read(samples.apple(samples.slept(start, end, value), good))
    assert why in rejected.problem
    assert rejected.item["kind"] == "sleep"
    assert night.item["stages"] == [{"stage": "light", "minutes": 420}]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3 * 86_400),
            st.integers(1, 9 * 3600),
            st.integers(0, len(CODES) - 1),
            st.integers(0, 1),
        ),
        max_size=30,
    ),
    st.randoms(),
)
def test_nights_hold_every_interval_once_in_whatever_order(told, random) -> None:
    def grouped(intervals):
        nights = Nights()
        for start, length, code, source in intervals:
            begin = EPOCH + timedelta(seconds=start)
            nights.add(source, begin, begin + timedelta(seconds=length), code)
        return list(nights.nights())

    found = grouped(told)
    shuffled = list(told)
    random.shuffle(shuffled)
    assert grouped(shuffled) == found
    for night in found:
        in_bed = (night.ended_at - night.started_at).total_seconds()
        assert sum(length for _, length in night.stages) == in_bed
    for one, other in pairwise(found):
        if one.source == other.source:
            assert (other.started_at - one.ended_at).total_seconds() > PAUSE
    for start, length, _, source in told:
        begin = EPOCH + timedelta(seconds=start)
        holding = [
            n
            for n in found
            if n.source == source
            and n.started_at <= begin
            and begin + timedelta(seconds=length) <= n.ended_at
        ]
        assert len(holding) == 1


def test_a_night_of_more_intervals_than_thirty_years_have() -> None:
    assert MOST_INTERVALS > 30 * 365 * 40
