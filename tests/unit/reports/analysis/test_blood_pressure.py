import math
from collections.abc import Callable, Sequence
from datetime import date, time
from typing import Any

import pytest

from reports.analysis.facts import BloodPressureFacts
from reports.analysis.measured import Night, Pressure, Reading, Window
from reports.analysis.policy import Settings
from reports.analysis.summary import summarise

START, END = date(2026, 10, 1), date(2026, 10, 8)

Measure = Callable[..., Reading]
WeekOf = Callable[..., list[Reading]]
NightOf = Callable[..., Night]


def facts(
    readings: Sequence[Reading],
    *,
    nights: Sequence[Night] = (),
    start: date = START,
    end: date = END,
    birth_date: date | None = None,
    scheme: str = "jsh2025-home",
    **settings: Any,
) -> BloodPressureFacts:
    found = summarise(
        readings,
        nights,
        timezone="Asia/Tokyo",
        start=start,
        end=end,
        scheme=scheme,
        birth_date=birth_date,
        settings=Settings(**settings),
    ).blood_pressure
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("at", "window"),
    [
        ("03:59", Window.OTHER),
        ("04:00", Window.MORNING),
        ("11:59", Window.MORNING),
        ("12:00", Window.OTHER),
        ("16:59", Window.OTHER),
        ("17:00", Window.EVENING),
        ("23:59", Window.EVENING),
        ("00:00", Window.EVENING),
        ("01:59", Window.EVENING),
        ("02:00", Window.OTHER),
    ],
)
def test_windows_by_local_time(measure: Measure, at: str, window: Window) -> None:
    (placed,) = facts([measure(1, at, 130)]).placed
    assert placed.window is window


def test_an_evening_after_midnight_belongs_to_the_day_before(measure: Measure) -> None:
    first_of_next, first = measure(7, "00:30", 141), measure(0, "00:30", 150)
    found = facts([first_of_next, first, measure(6, "07:00", 131)])
    assert [(item.reading.systolic, item.day.day) for item in found.placed] == [(131, 7), (141, 7)]


def test_means_of_windows_and_of_all(measure: Measure) -> None:
    found = facts(
        [
            measure(0, "07:00", 140, 90, pulse=60),
            measure(0, "07:02", 138, 88),
            measure(0, "14:00", 160, 95, pulse=80),
            measure(0, "22:00", 120, 70),
        ]
    )
    assert (found.morning.systolic, found.morning.diastolic, found.morning.n) == (139, 89, 2)
    assert (found.evening.systolic, found.evening.n) == (120, 1)
    assert (found.other.systolic, found.other.n) == (160, 1)
    assert (found.mean.systolic, found.mean.diastolic) == (139.5, 85.75)
    assert found.mean.pulse == 70
    assert (found.me_average.systolic, found.me_difference) == (129.5, 19)
    assert found.pulse_pressure == 139.5 - 85.75
    assert found.share_at_or_above == 75
    assert found.highest is not None
    assert found.highest.local.isoformat() == "2026-10-01T14:00:00+09:00"


def test_sessions_end_ten_minutes_after_their_first_reading(measure: Measure) -> None:
    found = facts([measure(0, at, 130) for at in ("07:00", "07:06", "07:10", "07:11")])
    assert [session.n for session in found.sessions] == [3, 1]


def test_two_devices_are_two_sessions(measure: Measure) -> None:
    readings = [measure(0, "07:00", 130, device="a"), measure(0, "07:01", 132, device="b")]
    assert facts(readings).session_count == 2


def test_flagged_readings_are_kept_counted_and_not_used(measure: Measure) -> None:
    moved = measure(0, "07:01", 180, 110, flags=frozenset({"body_movement", "irregular_pulse"}))
    alone = measure(1, "07:00", 190, flags=frozenset({"cuff_loose"}))
    found = facts([measure(0, "07:00", 130), moved, alone])
    assert (found.readings, found.used, found.excluded) == (3, 1, 2)
    assert (found.mean.systolic, found.days_with_data, found.session_count) == (130, 1, 1)
    assert [(s.systolic, s.used) for s in found.sessions] == [(130, True), (190, False)]
    assert found.highest is not None
    assert found.highest.reading.systolic == 130


def test_nothing_used_is_null_and_not_zero(measure: Measure) -> None:
    found = facts([measure(0, "07:00", 130, flags=frozenset({"cuff_loose"}))])
    assert (found.mean.systolic, found.share_at_or_above, found.highest) == (None, None, None)
    assert not found.sufficient


def test_sufficient_needs_three_days_twelve_readings_and_a_recent_one(measure: Measure) -> None:
    three_days = [measure(d, f"07:0{k}", 130) for d in range(3) for k in range(4)]
    two_days = [measure(d, f"07:0{k}", 130) for d in range(2) for k in range(8)]
    assert facts(three_days).sufficient
    assert not facts(three_days[1:]).sufficient
    assert not facts(two_days).sufficient
    assert facts(three_days, end=date(2026, 10, 10)).sufficient
    stale = facts(three_days, end=date(2026, 10, 11))
    assert (stale.sufficient, stale.category, stale.no_category_because) == (
        False,
        None,
        "insufficient",
    )
    assert stale.mean.systolic == 130


def test_the_unrounded_mean_is_classified(measure: Measure) -> None:
    values = [135] * 19 + [134]
    found = facts([measure(i % 7, f"07:{i:02d}", v, 70) for i, v in enumerate(values)])
    assert found.mean.systolic == 134.95
    assert found.category == "elevated"


def test_a_mean_of_equal_readings_is_exactly_that(week: WeekOf) -> None:
    found = facts(week(135, 135, 85))
    assert (found.mean.systolic, found.category) == (135.0, "grade_1")
    assert found.of_readings.sd.systolic == 0


def test_day_1_is_dropped_only_on_request_and_when_the_rest_suffices(week: WeekOf) -> None:
    kept = facts(week())
    assert (kept.day1_dropped, kept.used) == (False, 21)
    dropped = facts(week(), drop_day1=True)
    assert (dropped.day1_dropped, dropped.used, dropped.excluded) == (True, 18, 3)
    assert {item.excluded for item in dropped.placed if item.day == START} == {"day_1"}
    assert (dropped.session_count, len(dropped.sessions)) == (12, 14)
    too_few = facts(week()[:14], drop_day1=True)
    assert (too_few.day1_dropped, too_few.used) == (False, 14)


def test_variability_of_readings_and_of_days_apart(measure: Measure) -> None:
    found = facts(
        [measure(0, "07:00", 130), measure(0, "21:00", 140), measure(1, "07:00", 120, 80)]
    )
    assert found.of_readings.sd.systolic == pytest.approx(10)
    assert found.of_readings.cv.systolic == pytest.approx(100 * 10 / 130)
    assert found.of_readings.arv.systolic == 15
    assert found.of_days.sd.systolic == pytest.approx(math.sqrt(2) * 7.5)
    assert facts([measure(0, "07:00", 130)]).of_readings.sd.systolic is None


def test_the_measured_mean_arterial_pressure_wins(measure: Measure) -> None:
    computed, measured = (
        measure(0, "07:00", 120, 90),
        measure(0, "21:00", 120, 90, mean_arterial=104),
    )
    assert facts([computed]).mean_arterial == 100
    both = facts([computed, measured])
    assert (both.mean_arterial, both.mean_arterial_source) == (102, "mixed")


def test_flags_of_means(week: WeekOf) -> None:
    assert facts(week(155, 135)).flags == (
        "isolated_systolic",
        "morning_hypertension",
        "me_difference",
    )
    assert facts(week(134, 115)).flags == ()
    assert facts(week(125, 125, 85)).flags == ("morning_hypertension",)
    assert facts(week(155, 135)[:9]).flags == ()


def test_masked_and_white_coat_need_an_office_value(week: WeekOf) -> None:
    high, low = week(140, 140), week(120, 120)
    assert "masked" in facts(high, office=Pressure(139, 89)).flags
    assert "masked_uncontrolled" in facts(high, office=Pressure(139, 89), treated=True).flags
    assert facts(low, office=Pressure(140, 80)).flags == ("white_coat",)
    assert facts(low, office=Pressure(139, 80)).flags == ()


def test_irregular_pulse_in_several_sessions(measure: Measure) -> None:
    irregular = frozenset({"irregular_pulse"})
    once = [measure(0, "07:00", 130, flags=irregular), measure(0, "07:02", 130, flags=irregular)]
    assert facts(once).flags == ()
    assert facts([*once, measure(1, "07:00", 130, flags=irregular)]).flags == ("irregular_pulse",)


@pytest.mark.parametrize(
    ("at_night", "pattern"),
    [
        (103, "extreme_dipper"),
        (104, "dipper"),
        (117, "non_dipper"),
        (130, "non_dipper"),
        (131, "riser"),
    ],
)
def test_dipping_from_three_nights(
    week: WeekOf, measure: Measure, at_night: int, pattern: str
) -> None:
    nights = [measure(day, "03:00", at_night, 70, by_timer=True) for day in (1, 2, 3)]
    found = facts([*week(), *nights])
    assert found.dipping is not None
    assert found.dipping.percent == pytest.approx(100 * (1 - at_night / 130))
    assert found.dipping.pattern == pattern
    assert pattern in found.flags
    assert facts([*week(), *nights[:2]]).dipping is None


def test_a_reading_inside_recorded_sleep_is_night_and_never_morning(
    measure: Measure, sleep_night: NightOf
) -> None:
    night = sleep_night(0, "22:00", [("awake", 30), ("n2", 480), ("awake", 30)])
    readings = [measure(0, "22:10", 130), measure(1, "05:00", 110), measure(1, "06:45", 140)]
    found = facts(readings, nights=[night])
    assert [item.window for item in found.placed] == [Window.EVENING, Window.NIGHT, Window.MORNING]
    assert (found.morning.systolic, found.night.systolic) == (140, 110)


def test_night_readings_can_be_kept_out_of_the_mean(week: WeekOf, measure: Measure) -> None:
    nights = [measure(day, "03:00", 100, 60, by_timer=True) for day in range(1, 4)]
    assert facts([*week(), *nights]).mean.n == 24
    apart = facts([*week(), *nights], night_in_mean=False)
    assert (apart.mean.n, apart.mean.systolic, apart.night.n, apart.excluded) == (21, 130, 3, 0)


def test_no_adult_rule_for_children_and_in_pregnancy(week: WeekOf) -> None:
    child = facts(week(160, 130), birth_date=date(2010, 1, 1), office=Pressure(120, 70))
    assert (child.category, child.no_category_because, child.flags) == (None, "under_18", ())
    assert child.share_at_or_above is None
    assert facts(week(), pregnant=True).no_category_because == "pregnancy"
    assert facts(week(), birth_date=date(2008, 10, 7)).category == "elevated"


def test_the_goal_is_the_persons_before_the_schemes(week: WeekOf) -> None:
    assert facts(week(), goal=Pressure(140, 90)).goal == Pressure(140, 90)
    said = summarise(week(), [], timezone="Asia/Tokyo", goal=Pressure(130, 80)).blood_pressure
    assert said is not None
    assert said.goal == Pressure(130, 80)
    old = facts(week(), scheme="jsh2019-home", birth_date=date(1940, 1, 1))
    assert old.goal == Pressure(135, 85)
    assert old.threshold == Pressure(135, 85)


def test_days_weeks_and_a_trend_that_breaks_at_gaps(measure: Measure) -> None:
    days_with_data = (0, 1, 2, 4, 9)
    readings = [measure(day, "07:00", 120 + day) for day in days_with_data]
    found = facts(readings, end=date(2026, 10, 11))
    assert [day.has_data for day in found.days] == [d in days_with_data for d in range(10)]
    trend = {day.date.day: day.trend.systolic for day in found.days if day.trend.systolic}
    assert trend == {3: 121, 5: (120 + 121 + 122 + 124) / 4}
    assert [(week.start.day, week.end.day, week.all.n) for week in found.weeks] == [
        (1, 8, 4),
        (8, 11, 1),
    ]
    assert (found.morning_days, found.evening_days) == (5, 0)


def test_change_against_the_previous_four_weeks(measure: Measure) -> None:
    history = [measure(day, "07:00", 130) for day in (-20, -10, -3)]
    now = [measure(day, "07:00", 141) for day in range(3)]
    found = facts([*history, *now])
    assert found.change is not None
    assert found.change.difference == 11
    assert (found.change.recent_days, found.change.previous_days) == (3, 3)
    assert found.readings == 3
    assert facts([*history[1:], *now]).change is None


def test_windows_can_be_set_and_must_follow_each_other(measure: Measure) -> None:
    assert facts([measure(0, "04:30", 130)], morning_from=time(5)).other.n == 1
    with pytest.raises(ValueError, match="windows must follow each other"):
        Settings(morning_to=time(5), morning_from=time(5))
