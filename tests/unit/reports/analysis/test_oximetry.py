"""Falls of saturation by hand and by property: docs/analysis/oximetry.md has the definition."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.kinds.oximetry.stored import StoredOximetry
from reports.analysis.desaturation import falls
from reports.analysis.oximetry import OximetryFacts, analyse, hint_of, to_json

TOKYO = ZoneInfo("Asia/Tokyo")
START = datetime(2026, 11, 1, 14, tzinfo=UTC)  # 23:00 in Tokyo
Samples = list[int | None]


def count(samples: Samples, *, seconds: int = 10, drop: int = 3) -> int:
    return len(falls(samples, seconds=seconds, drop=drop))


# --- by hand: one sample every 10 s, a level of 97 ----------------------------------------

LEVEL: Samples = [97] * 12


@pytest.mark.parametrize(
    ("after", "threes", "fours"),
    [
        ([97, 97], 0, 0),
        ([95, 97], 0, 0),
        ([94, 97], 1, 0),
        ([93, 97], 1, 1),
        ([94, 93, 94, 97], 1, 0),  # the sample at 93 starts no fall of its own
        ([94, 97, 94, 97], 2, 0),
        ([93, 92, 97, 97, 90, 97], 2, 2),
        ([None, 94, None, 94, 97], 1, 0),
        ([94, None, None, 94, 97], 2, 0),  # 20 s without a value end a fall
        ([94], 1, 0),  # the recording ends inside it
    ],
)
def test_by_hand(after: Samples, threes: int, fours: int) -> None:
    assert count(LEVEL + after, drop=3) == threes
    assert count(LEVEL + after, drop=4) == fours


def test_the_worked_example_of_the_page() -> None:
    (fall,) = falls([*LEVEL, 94, 92, 95, 97], seconds=10, drop=3)
    assert (fall.first, fall.last, fall.baseline, fall.lowest) == (12, 13, 97.0, 92)
    # 97 twelve times, then ten of 97 and two of 95 within 120 s: a mean of 96 2/3.
    later: Samples = [*LEVEL, 95, 95, 94]
    assert count(later, drop=3) == 0
    assert count([*later[:-1], 93], drop=3) == 1


def test_without_half_a_minute_before_it_nothing_has_fallen() -> None:
    assert count([97, 97, 90]) == 0
    assert count([97, 97, 97, 90]) == 1
    assert count([97, 97, 97, *[None] * 13, 90]) == 0


def test_a_fall_lasts_ten_seconds() -> None:
    slow: Samples = [97] * 30
    assert count([*slow, *[93] * 9, 97], seconds=1) == 0
    assert count([*slow, *[93] * 10, 97], seconds=1) == 1


def test_another_level_is_one_fall_and_then_the_baseline() -> None:
    assert count([*LEVEL, *[92] * 60]) == 1
    assert count([*LEVEL, *[92] * 60, 89, 92]) == 2


def test_sixty_falls_in_five_hours_of_signal() -> None:
    one: Samples = [97] * 27 + [92] * 3  # five minutes
    night = one * 60
    found = hint_of(night, seconds=10)
    assert (found.odi3, found.odi4, found.refer) == (12.0, 12.0, True)
    with_gaps = [sample for part in [one] * 60 for sample in [*part[:15], *[None] * 30, *part[15:]]]
    assert hint_of(with_gaps, seconds=10) == found


@pytest.mark.parametrize(
    ("samples", "seconds", "because"),
    [
        ([97] * 359, 40, "too_coarse"),
        ([97] * 1439, 10, "too_short"),
        ([97] * 1439 + [None] * 999, 10, "too_short"),
        ([97] * 1439 + [40], 10, "too_short"),
        ([97] * 1440, 10, None),
    ],
)
def test_no_index_without_enough_signal(
    samples: Samples, seconds: int, because: str | None
) -> None:
    found = hint_of(samples, seconds=seconds)
    assert found.because == because
    assert (found.odi3 is None) == (found.odi4 is None) == (because is not None)


# --- by property -------------------------------------------------------------------------

saturation = st.integers(70, 99)
series = st.lists(st.none() | saturation, max_size=150)
seconds = st.integers(1, 10)


@given(series, seconds)
def test_four_points_are_never_more_than_three(samples: Samples, step: int) -> None:
    for four in falls(samples, seconds=step, drop=4):
        assert four.lowest <= four.baseline - 4
    # A deep fall lies inside a shallow one, unless that became the new level.
    assert bool(falls(samples, seconds=step, drop=4)) <= bool(falls(samples, seconds=step, drop=3))


@given(series, seconds, st.integers(1, 60))
def test_invalid_samples_around_change_nothing(samples: Samples, step: int, n: int) -> None:
    around = falls([*[None] * n, *samples, *[None] * n], seconds=step, drop=3)
    plain = falls(samples, seconds=step, drop=3)
    assert [(f.first - n, f.last - n, f.baseline, f.lowest) for f in around] == [
        (f.first, f.last, f.baseline, f.lowest) for f in plain
    ]


@given(series, seconds, st.integers(-15, 15))
def test_a_shift_of_the_whole_series_changes_no_count(
    samples: Samples, step: int, shift: int
) -> None:
    shifted = [None if value is None else value + shift for value in samples]
    for drop in (3, 4):
        assert count(shifted, seconds=step, drop=drop) == count(samples, seconds=step, drop=drop)


@given(series, seconds)
def test_falls_follow_each_other_and_end_on_valid_samples(samples: Samples, step: int) -> None:
    found = falls(samples, seconds=step, drop=3)
    for fall in found:
        assert samples[fall.first] is not None
        assert samples[fall.last] is not None
        assert fall.lowest <= fall.baseline - 3
    assert all(a.last < b.first for a, b in pairwise(found))


@given(st.lists(st.none() | st.integers(0, 49), min_size=1, max_size=60))
def test_what_is_not_believed_is_neither_time_nor_low(junk: Samples) -> None:
    facts = of([*[96] * 50, *junk])
    (recording,) = facts.recordings
    assert recording.valid_hours == 500 / 3600
    assert (recording.mean, recording.lowest, recording.t90_minutes) == (96, 96, 0)


# --- the section -------------------------------------------------------------------------


def stored(samples: Samples, *, step: int = 10, start: datetime = START) -> StoredOximetry:
    until = start + timedelta(seconds=step * len(samples))
    return StoredOximetry(1, start, 2, "", until, step, tuple(samples), None, 540)


def of(samples: Samples, *, experimental: bool = False) -> OximetryFacts:
    facts = analyse(
        [stored(samples)],
        start=date(2026, 11, 1),
        end=date(2026, 11, 3),
        zone=TOKYO,
        experimental=experimental,
    )
    assert facts is not None
    return facts


def test_figures_of_a_recording() -> None:
    (recording,) = of([96] * 30 + [None] * 6 + [89] * 10).recordings
    assert recording.valid_hours == 400 / 3600
    assert recording.mean == (96 * 30 + 89 * 10) / 40
    assert recording.lowest == 89
    assert recording.t90_minutes == pytest.approx(100 / 60)
    assert recording.t90_share == 25.0
    assert recording.hint is None


def test_ninety_is_not_under_ninety() -> None:
    assert of([90] * 40).recordings[0].t90_share == 0


def test_hints_are_there_only_when_asked_for() -> None:
    night: Samples = [97] * 1500
    assert "hint" not in to_json(of(night))["recordings"][0]
    (said,) = to_json(of(night, experimental=True))["recordings"]
    assert said["hint"] == {
        "experimental": True, "odi3": 0.0, "odi4": 0.0, "refer": False, "because": None,
    }  # fmt: skip


def test_a_single_value() -> None:
    one = StoredOximetry(1, START, 2, "", START, 0, (95,), (61,), 540)
    facts = analyse(
        [one], start=date(2026, 11, 1), end=date(2026, 11, 2), zone=TOKYO, experimental=True
    )
    assert facts is not None
    assert to_json(facts) == {
        "recordings": [],
        "values": [{"measured_at": "2026-11-01T23:00:00+09:00", "spo2": 95, "pulse": 61}],
    }


def test_a_recording_belongs_to_the_day_it_ends() -> None:
    night = stored([97] * 2000)  # until 04:33
    for day, there in ((1, False), (2, True), (3, False)):
        facts = analyse(
            [night],
            start=date(2026, 11, day),
            end=date(2026, 11, day + 1),
            zone=TOKYO,
            experimental=False,
        )
        assert (facts is not None) == there
