import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.analysis.json_shape import to_json
from reports.analysis.measured import Night, Reading, Stage, Window
from reports.analysis.summary import summarise

Measure = Callable[..., Reading]
WeekOf = Callable[..., list[Reading]]
NightOf = Callable[..., Night]

BERLIN = ZoneInfo("Europe/Berlin")
FIRST_INSTANT = datetime(2026, 10, 20, tzinfo=UTC)  # five days before Berlin's longest night
INSTANTS = st.integers(0, 10 * 24 * 60).map(lambda n: FIRST_INSTANT + timedelta(minutes=n))
READINGS = st.builds(
    Reading,
    measured_at=INSTANTS,
    systolic=st.integers(90, 200),
    diastolic=st.integers(40, 79),
    pulse=st.none() | st.integers(40, 120),
    mean_arterial=st.none() | st.integers(60, 130),
    flags=st.frozensets(st.sampled_from(["irregular_pulse", "body_movement"])),
    device=st.sampled_from(["a", "b"]),
    by_timer=st.booleans(),
)
STAGES = st.lists(
    st.tuples(st.sampled_from(list(Stage)), st.integers(1, 240).map(lambda half: half / 2)),
    min_size=1,
    max_size=20,
)


@st.composite
def nights(draw: st.DrawFn) -> Night:
    started_at, stages = draw(INSTANTS), tuple(draw(STAGES))
    minutes = sum(length for _, length in stages)
    return Night(started_at, started_at + timedelta(minutes=minutes), stages)


@settings(max_examples=40)
@given(
    data=st.data(), readings=st.lists(READINGS, max_size=30), slept=st.lists(nights(), max_size=6)
)
def test_the_order_of_the_input_changes_nothing(
    data: st.DataObject, readings: list[Reading], slept: list[Night]
) -> None:
    zone, start, end = "Europe/Berlin", date(2026, 10, 19), date(2026, 11, 1)
    expected = summarise(readings, slept, timezone=zone, start=start, end=end)
    shuffled = summarise(
        data.draw(st.permutations(readings)),
        data.draw(st.permutations(slept)),
        timezone=zone,
        start=start,
        end=end,
    )
    assert to_json(shuffled) == to_json(expected)
    json.dumps(to_json(expected), allow_nan=False)


@settings(max_examples=60)
@given(readings=st.lists(READINGS, min_size=1, max_size=30))
def test_the_counts_add_up(readings: list[Reading]) -> None:
    facts = summarise(readings, [], timezone="Europe/Berlin").blood_pressure
    assert facts is not None
    assert facts.readings == len(readings) == facts.used + facts.excluded
    windows = (facts.morning, facts.evening, facts.other, facts.night)
    assert sum(means.n for means in windows) == facts.used
    assert sum(day.all.n for day in facts.days) == sum(w.all.n for w in facts.weeks) == facts.used
    assert sum(len(session.readings) for session in facts.sessions) == facts.readings
    for session in facts.sessions:
        instants = [reading.measured_at for reading in session.readings]
        assert max(instants) - min(instants) <= timedelta(minutes=10)


@settings(max_examples=60)
@given(night=nights())
def test_a_night_adds_up_whatever_the_clocks_do(night: Night) -> None:
    sleep = summarise([], [night], timezone="Europe/Berlin").sleep
    assert sleep is not None
    (found,) = sleep.nights
    figures = found.statistics
    assert sum(segment.minutes for segment in found.segments) == pytest.approx(figures.tib)
    for segment in found.segments:
        elapsed = segment.end.astimezone(UTC) - segment.start.astimezone(UTC)
        assert elapsed / timedelta(minutes=1) == pytest.approx(segment.minutes)
    if figures.sol is None or figures.terminal_wake is None:
        # Nothing was slept, or only how long each stage lasted is known, and not when.
        assert figures.tst == 0 or figures.awakenings is None
    else:
        assert figures.sol + figures.spt + figures.terminal_wake == pytest.approx(figures.tib)
        assert figures.tst <= figures.spt


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)]
)
def test_days_of_23_and_25_hours_hold_all_their_readings(day: date, hours: int) -> None:
    first = datetime.combine(day, datetime.min.time(), BERLIN).astimezone(UTC)
    readings = [Reading(first + timedelta(hours=2, minutes=60 * n), 120, 80) for n in range(hours)]
    facts = summarise(readings, [], timezone="Europe/Berlin", start=day, end=day + timedelta(1))
    assert facts.blood_pressure is not None
    mornings = [p for p in facts.blood_pressure.placed if p.window is Window.MORNING]
    assert [placed.local.hour for placed in mornings] == list(range(4, 12))
    assert facts.blood_pressure.readings == hours
    assert facts.blood_pressure.session_count == hours


def test_the_hour_that_comes_twice_is_two_sessions() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 in Berlin, and an hour later again
    readings = [Reading(first, 120, 80), Reading(first + timedelta(hours=1), 140, 80)]
    found = summarise(
        [Reading(r.measured_at.astimezone(BERLIN), r.systolic, r.diastolic) for r in readings],
        [],
        timezone="Europe/Berlin",
    ).blood_pressure
    assert found is not None
    assert [session.systolic for session in found.sessions] == [120, 140]


@pytest.mark.parametrize("count", [0, 1, 5000])
def test_any_number_of_readings(count: int) -> None:
    first = datetime(2026, 10, 1, tzinfo=UTC)
    readings = [Reading(first + timedelta(minutes=8 * n), 100 + n % 60, 70) for n in range(count)]
    start, end = date(2026, 10, 1), date(2026, 11, 1)
    found = to_json(summarise(readings, [], timezone="Asia/Tokyo", start=start, end=end))
    if count == 0:
        assert found["blood_pressure"] is None
    else:
        assert found["blood_pressure"]["readings"] == count
        assert found["blood_pressure"]["sufficient"] is (count > 1)
    assert found["sleep"] is None
    assert (found["from"], found["to"]) == ("2026-10-01", "2026-11-01")


def test_the_json_has_the_agreed_keys(week: WeekOf, sleep_night: NightOf) -> None:
    night = sleep_night(0, "23:00", [("awake", 10), ("n2", 400), ("rem", 20)])
    found = to_json(summarise(week(140, 130), [night], timezone="Asia/Tokyo"))
    pressure = found["blood_pressure"]
    assert list(found) == ["from", "to", "timezone", "blood_pressure", "sleep", "together"]
    assert " ".join(pressure) == (
        "scheme scheme_version readings used excluded sessions days day1_dropped sufficient "
        "category mean morning evening other me_average me_difference sd cv arv sd_of_days "
        "pulse_pressure mean_arterial share_at_or_above highest flags"
    )
    assert pressure["mean"] == {"systolic": pytest.approx(400 / 3), "diastolic": 80, "pulse": None}
    assert pressure["morning"] == {"systolic": 140, "diastolic": 80, "n": 7}
    assert pressure["other"] == {"systolic": None, "diastolic": None, "n": 0}
    assert (pressure["me_average"], pressure["me_difference"]) == (135, 10)
    assert pressure["highest"]["measured_at"] == "2026-10-01T07:00:00+09:00"
    assert found["sleep"]["nights"][0]["date"] == "2026-10-02"
    assert " ".join(found["sleep"]["nights"][0]) == (
        "date tib sol spt tst se sme waso_spt waso_to_lights_on n1 n2 n3 rem light deep "
        "awakenings rem_latency terminal_wake"
    )
    assert found["sleep"]["mean"] == {"tst": 420, "se": pytest.approx(100 * 420 / 430)}
    assert found["sleep"]["bedtime"] == "23:00"
    assert found["together"] == [{"night": "2026-10-02", "tst": 420, "morning_systolic": 140}]


def test_nights_beside_mornings(measure: Measure, sleep_night: NightOf) -> None:
    readings = [
        measure(0, "21:00", 125),
        measure(1, "03:00", 110, 60),
        measure(1, "07:30", 140),
        measure(1, "07:31", 142),
        measure(3, "07:30", 150),
    ]
    slept = [
        sleep_night(0, "23:00", [("n2", 240), ("awake", 60), ("n2", 140)]),
        sleep_night(1, "23:00", [("n2", 440)]),
        sleep_night(2, "23:00", [("unknown", 440)]),
    ]
    (pair,) = summarise(readings, slept, timezone="Asia/Tokyo").together
    assert (pair.night, pair.tst, pair.waso) == (date(2026, 10, 2), 380, 60)
    assert (pair.short, pair.broken) == (True, True)
    assert (pair.morning_systolic, pair.morning_n, pair.me_difference) == (141, 2, 16)
    assert (pair.night_systolic, pair.night_n) == (110, 1)


def test_the_period_is_that_of_the_data_unless_said(measure: Measure) -> None:
    found = summarise(
        [measure(2, "07:00", 130), measure(4, "00:30", 130)], [], timezone="Asia/Tokyo"
    )
    assert (found.start, found.end) == (date(2026, 10, 3), date(2026, 10, 5))
    with pytest.raises(ValueError, match="say from when to when"):
        summarise([], [], timezone="Asia/Tokyo")
    with pytest.raises(ValueError, match=r"ends .* before it starts"):
        summarise([], [], timezone="UTC", start=date(2026, 2, 1), end=date(2026, 1, 1))


@pytest.mark.parametrize("name", ["Tokyo", "", "../etc/passwd", "Asia/"])
def test_an_unknown_zone_is_named(name: str) -> None:
    with pytest.raises(ValueError, match="unknown time zone"):
        summarise([], [], timezone=name)
