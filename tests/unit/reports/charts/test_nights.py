"""Nights on one clock: places by the clock, stages apart, dates without a night named."""

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reports.analysis.facts import NightFacts, Summary
from reports.analysis.measured import Night, Stage
from reports.analysis.sleep import night_facts
from reports.charts import hypnogram, nights
from reports.charts.scene import Band, Bar, Frame, Line, Point, Role, Scene, Text
from tests.synthetic import ZONE, Person, facts_of

FRAME = Frame(523, 262)
LAST = date(2026, 10, 30)
STAGES = (
    (Stage.AWAKE, 10),
    (Stage.LIGHT, 60),
    (Stage.DEEP, 40),
    (Stage.REM, 30),
    (Stage.LIGHT, 20),
    (Stage.AWAKE, 5),
)


def night(
    start: datetime, stages: tuple[tuple[Stage, float], ...] = STAGES, zone: ZoneInfo = ZONE
) -> NightFacts:
    end = start.astimezone(UTC) + timedelta(minutes=sum(minutes for _, minutes in stages))
    return night_facts(Night(start, end, stages), zone=zone)


def drawn(found: Summary, frame: Frame = FRAME) -> Scene:
    return nights.raster(found.sleep, first=found.start, last=LAST, frame=frame, language="en")


def points(scene: Scene) -> list[Point]:
    return [item for item in scene.items if isinstance(item, Point)]


def test_one_row_a_day_with_or_without_a_night(month: Summary) -> None:
    scene = drawn(month)
    count = len(month.sleep.main_nights)
    assert len(points(scene)) == count
    words = [s.text for s in scene.shapes() if isinstance(s, Text)]
    assert words.count("no data") == 30 - count > 0
    empty = [s for s in scene.shapes() if isinstance(s, Band) and s.role is Role.NO_DATA]
    assert len(empty) == 30 - count


def test_equal_clock_times_share_a_place(month: Summary) -> None:
    scene = drawn(month)
    by_clock = [
        (nights.minutes_into(n, n.started_at), p.shapes[0].x)
        for n, p in zip(month.sleep.main_nights, points(scene), strict=True)
    ]
    (t1, x1), (t2, x2) = min(by_clock), max(by_clock)
    for minutes, x in by_clock:
        assert x == pytest.approx(x1 + (minutes - t1) * (x2 - x1) / (t2 - t1))


def test_stages_differ_in_height_as_well_as_in_colour(month: Summary) -> None:
    heights = {
        shape.role: round(shape.height, 6)
        for point in points(drawn(month))
        for shape in point.shapes
        if isinstance(shape, Bar)
    }
    assert len(heights) == 4
    assert len(set(heights.values())) == 4
    assert heights[Role.STAGE_DEEP] > heights[Role.STAGE_LIGHT] > heights[Role.STAGE_REM]


def test_a_long_period_shows_its_last_nights_and_says_so(month: Summary) -> None:
    found = month.sleep
    scene = nights.raster(
        found, first=date(2026, 7, 1), last=LAST, frame=Frame(523, 120), language="en"
    )
    words = [s.text for s in scene.shapes() if isinstance(s, Text)]
    assert any(text.startswith("last ") and text.endswith(" of 122 days") for text in words)
    assert min(s.size for s in scene.shapes() if isinstance(s, Text)) >= 5.9


def test_a_row_has_no_hole_when_the_clocks_change() -> None:
    zone = ZoneInfo("Europe/Berlin")
    autumn = night(datetime(2026, 10, 24, 23, 0, tzinfo=zone), ((Stage.LIGHT, 300),), zone)
    begin = nights.minutes_into(autumn, autumn.started_at)
    assert nights.minutes_into(autumn, autumn.ended_at) - begin == 300


def test_a_day_sleeper_fits_on_the_axis() -> None:
    someone = Person((), (Night(*_day_sleep(), ((Stage.ASLEEP, 420),)),))
    scene = drawn(facts_of(someone))
    (point,) = points(scene)
    assert isinstance(point.shapes[0], Bar)
    assert point.shapes[0].x + point.shapes[0].width <= FRAME.width - 70


def _day_sleep() -> tuple[datetime, datetime]:
    start = datetime(2026, 10, 9, 9, 30, tzinfo=ZONE)
    return start, start + timedelta(minutes=420)


def test_the_hypnogram_steps_through_every_stage() -> None:
    found = night(datetime(2026, 10, 9, 22, 0, tzinfo=ZONE))
    scene = hypnogram.hypnogram(found, frame=Frame(330, 84), language="en")
    bars = [p.shapes[0] for p in points(scene)]
    assert [bar.role for bar in bars] == [nights.ROLES[stage] for stage, _ in STAGES]
    for one, following in itertools.pairwise(bars):
        assert one.x + one.width == pytest.approx(following.x)
    rises = [s for s in scene.shapes() if isinstance(s, Line) and s.x1 == s.x2 and s.y1 != s.y2]
    assert len([s for s in rises if abs(s.y2 - s.y1) > 3]) == len(STAGES) - 1
    assert points(scene)[2].label == "23:10 Deep, 40 min"


def test_the_hypnogram_prints_shares_of_sleep_not_of_bed() -> None:
    found = night(datetime(2026, 10, 9, 22, 0, tzinfo=ZONE))
    scene = hypnogram.hypnogram(found, frame=Frame(330, 84), language="en")
    words = [s.text for s in scene.shapes() if isinstance(s, Text)]
    assert [text for text in words if text.endswith("%")] == ["20 %", "53 %", "27 %"]
    assert "0 h 15 min" in words  # awake: minutes, but no share of sleep


def test_a_device_without_stages_gets_its_own_row() -> None:
    found = night(datetime(2026, 10, 9, 22, 0, tzinfo=ZONE), ((Stage.AWAKE, 9), (Stage.ASLEEP, 99)))
    scene = hypnogram.hypnogram(found, frame=Frame(330, 84), language="en")
    words = [s.text for s in scene.shapes() if isinstance(s, Text)]
    assert "Asleep (no stages)" in words
    assert "Deep" not in words


def test_table_twins(month: Summary) -> None:
    table = nights.rows(month.sleep, language="ja")
    assert len(table.rows) == len(month.sleep.main_nights)
    found = night(datetime(2026, 10, 9, 22, 0, tzinfo=ZONE))
    stages = hypnogram.rows(found, language="en")
    assert stages.rows[0] == ("22:00", "Awake", "10")
    assert len(stages.rows) == len(STAGES)
