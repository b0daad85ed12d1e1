from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from reports.analysis import sleep
from reports.analysis.clock_times import circular_distance, circular_mean, circular_sd
from reports.analysis.facts import SleepFacts
from reports.analysis.hypnogram import from_letters, night_statistics
from reports.analysis.json_shape import clock
from reports.analysis.measured import Night, Stage
from reports.analysis.policy import Settings
from reports.analysis.regularity import sleep_regularity_index
from reports.analysis.summary import summarise

NightOf = Callable[..., Night]


def facts(nights: Sequence[Night], *, zone: str = "Asia/Tokyo", **settings: Any) -> SleepFacts:
    found = summarise([], nights, timezone=zone, settings=Settings(**settings)).sleep
    assert found is not None
    return found


def test_a_night_from_letters() -> None:
    night = night_statistics(from_letters("WW?112W2R3W?", 60))
    assert (night.tib, night.sol, night.spt, night.tst) == (12, 3, 7, 6)
    assert (night.n1, night.n2, night.n3, night.rem) == (2, 2, 1, 1)
    assert (night.light, night.deep) == (None, None)
    assert (night.waso_spt, night.waso_to_lights_on, night.awakenings) == (1, 2, 1)
    assert (night.rem_latency, night.terminal_wake) == (5, 2)
    assert night.se == 50


def test_unscored_time_is_neither_sleep_nor_wake() -> None:
    night = night_statistics(from_letters("2?W2", 60))
    assert (night.spt, night.tst, night.waso_spt, night.awakenings) == (4, 2, 1, 1)


def test_a_consumer_device_says_light_and_deep() -> None:
    night = night_statistics(from_letters("WLLDR1", 60))
    assert (night.light, night.deep, night.rem) == (3, 1, 1)
    assert (night.n1, night.n2, night.n3) == (None, None, None)


def test_a_device_that_says_only_asleep_leaves_the_stages_unknown() -> None:
    night = night_statistics([(Stage.AWAKE, 10), (Stage.ASLEEP, 400)])
    assert night.tst == 400
    assert (night.n1, night.light, night.rem, night.rem_latency) == (None, None, None, None)


def test_time_in_bed_is_lights_off_to_lights_on() -> None:
    night = night_statistics([(Stage.N2, 400)], time_in_bed=400.5)
    assert (night.tib, night.terminal_wake, night.waso_to_lights_on) == (400.5, 0.5, 0)


def test_neighbours_of_one_stage_are_one_awakening() -> None:
    stages = [(Stage.N2, 5), (Stage.AWAKE, 1), (Stage.N2, 0), (Stage.AWAKE, 2), (Stage.N2, 5)]
    assert night_statistics(stages).awakenings == 1


@pytest.mark.parametrize("minutes", [-1, float("nan"), float("inf")])
def test_a_wrong_duration_is_named_by_its_index(minutes: float) -> None:
    with pytest.raises(ValueError, match=r"stages\[1\]\.minutes must be 0 or more"):
        night_statistics([(Stage.N2, 5), (Stage.AWAKE, minutes)])


def test_a_wrong_letter_is_named_by_its_index() -> None:
    with pytest.raises(ValueError, match=r"hypnogram\[2\]: 'X' is none of"):
        from_letters("WWX", 30)


def test_a_night_belongs_to_its_date_of_waking(sleep_night: NightOf) -> None:
    nights = [sleep_night(0, "23:00", [("n2", 420)]), sleep_night(2, "00:30", [("n2", 420)])]
    assert [night.date.day for night in facts(nights).nights] == [2, 3]


def test_bedtimes_meet_at_midnight(sleep_night: NightOf) -> None:
    nights = [sleep_night(0, "23:50", [("n2", 420)]), sleep_night(2, "00:10", [("n2", 420)])]
    found = facts(nights)
    assert clock(found.bedtime) == "00:00"
    assert clock(found.midsleep) == "03:30"
    assert clock(found.wake_time) == "07:00"


def test_clock_times_on_a_circle() -> None:
    assert circular_mean([]) is None
    assert circular_mean([0, 720]) is None
    assert circular_mean([1430, 10]) == 0
    assert circular_distance(1430, 10) == 20
    assert circular_sd([100]) is None
    assert circular_sd([100, 100]) == 0
    assert clock(1439.6) == "00:00"


def test_means_over_nights_leave_naps_and_unscored_nights_out(sleep_night: NightOf) -> None:
    found = facts(
        [
            sleep_night(0, "23:00", [("n2", 400), ("awake", 100)]),
            sleep_night(1, "14:00", [("n2", 60)]),
            sleep_night(1, "23:00", [("n2", 500)]),
            sleep_night(2, "23:00", [("unknown", 480)]),
        ]
    )
    assert [night.main for night in found.nights] == [True, False, True, True]
    assert (found.mean_tst, found.mean_se) == (450, 90)
    assert (found.short_nights, clock(found.bedtime)) == (1, "23:00")


def test_social_jetlag_is_free_days_against_work_days(sleep_night: NightOf) -> None:
    # 1 October 2026 is a Thursday: the nights of day 1 and 2 end on Saturday and Sunday.
    bedtimes = ["23:00", "23:59", "23:59", "23:00"]
    nights = [sleep_night(day, at, [("n2", 480)]) for day, at in enumerate(bedtimes)]
    assert facts(nights).social_jetlag == pytest.approx(59)
    assert facts(nights[:1]).social_jetlag is None


def test_debt_and_regularity_are_experimental(sleep_night: NightOf) -> None:
    nights = [sleep_night(day, "23:00", [("n2", 420)]) for day in range(6)]
    off = facts(nights, sleep_need=450)
    assert (off.debt, off.regularity_index) == (None, None)
    on = facts(nights, sleep_need=450, experimental=True)
    assert (on.debt, on.regularity_index) == (180, 100)
    assert facts(nights, experimental=True).debt is None
    assert facts(nights, experimental=True, sleep_need=400).debt == 0


def test_regularity_needs_five_days_and_skips_missing_ones(sleep_night: NightOf) -> None:
    nights = [sleep_night(day, "23:00", [("n2", 420)]) for day in (0, 1, 2, 5, 6)]
    assert facts(nights, experimental=True).regularity_index == 100
    assert facts(nights[:4], experimental=True).regularity_index is None
    shifted = [*nights[:4], sleep_night(6, "22:00", [("n2", 420)])]
    # Three pairs of days are known; in one of them an hour differs at each end of the night.
    expected = -100 + 200 * (1 - 120 / (3 * 1440))
    assert facts(shifted, experimental=True).regularity_index == pytest.approx(expected)


def test_regularity_wants_whole_days() -> None:
    with pytest.raises(ValueError, match="1441 epochs are not whole days of 1440"):
        sleep_regularity_index(np.zeros(1441), epochs_per_day=1440)
    assert sleep_regularity_index(np.zeros(1440), epochs_per_day=1440) is None


@pytest.mark.parametrize(
    ("day", "elapsed", "wall_end"),
    [(date(2026, 3, 28), 480, "08:00"), (date(2026, 10, 24), 480, "06:00")],
)
def test_durations_are_elapsed_time_when_the_clocks_change(
    sleep_night: NightOf, day: date, elapsed: int, wall_end: str
) -> None:
    stages = [("awake", 10), ("n2", 240), ("rem", 225), ("awake", 5)]
    night = sleep_night(0, "23:00", stages, zone="Europe/Berlin", first_day=day)
    (found,) = facts([night], zone="Europe/Berlin").nights
    assert found.statistics.tib == elapsed
    assert found.ended_at.strftime("%H:%M") == wall_end
    assert found.segments[-1].end == found.ended_at
    assert (found.date - day).days == 1


def test_a_night_that_ends_before_it_starts_is_an_error(sleep_night: NightOf) -> None:
    night = sleep_night(0, "23:00", [("n2", 1)])
    backwards = Night(started_at=night.ended_at, ended_at=night.started_at)
    with pytest.raises(ValueError, match="a night ends after it starts"):
        sleep.night_facts(backwards, zone=ZoneInfo("Asia/Tokyo"))


@pytest.mark.parametrize(
    ("figure", "value", "judged"),
    [
        ("se", 85, "good"),
        ("se", 75, "between"),
        ("se", 74.9, "poor"),
        ("sol", 30, "good"),
        ("sol", 60, "between"),
        ("sol", 60.5, "poor"),
        ("waso_spt", 20, "good"),
        ("waso_spt", 50.5, "between"),
        ("waso_spt", 51, "poor"),
        ("se", None, None),
    ],
)
def test_reference_lines(figure: str, value: float | None, judged: str | None) -> None:
    assert sleep.judge(figure, value) == judged
