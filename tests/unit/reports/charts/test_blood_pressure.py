"""The trend: signs by window, lines that break, two lines told apart, means when it is too much."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from reports.analysis.facts import BloodPressureFacts
from reports.analysis.measured import Pressure, Reading
from reports.analysis.policy import Settings
from reports.charts import blood_pressure
from reports.charts.blood_pressure import Mark
from reports.charts.scene import Band, Dot, Frame, Line, Point, Polyline, Role, Scene, Text
from tests.synthetic import START, ZONE, Person, crowd, facts_of, person

FRAME = Frame(523, 222)


def facts_from(readings: list[Reading], **options) -> BloodPressureFacts:
    found = facts_of(Person(tuple(readings)), **options).blood_pressure
    assert found is not None
    return found


def reading(day: int, hour: int, systolic: int = 138, **more) -> Reading:
    at = datetime(2026, 10, day, hour, 0, tzinfo=ZONE)
    return Reading(at, systolic, 84, 70, **more)


def trend(facts: BloodPressureFacts, **options) -> Scene:
    return blood_pressure.trend(facts, frame=FRAME, language="en", **options)


def points(scene: Scene) -> list[Point]:
    return [item for item in scene.items if isinstance(item, Point)]


def texts(scene: Scene) -> list[str]:
    return [shape.text for shape in scene.shapes() if isinstance(shape, Text)]


def test_each_window_has_its_own_sign() -> None:
    scene = trend(facts_from([reading(2, 7), reading(2, 14), reading(2, 21)]))
    assert [[d.sign for d in p.shapes] for p in points(scene)] == [
        ["dot", "dot"],
        ["diamond", "diamond"],
        ["ring", "ring"],
    ]


def test_a_session_that_is_not_used_is_crossed_out() -> None:
    facts = facts_from([reading(2, 7), reading(2, 21, flags=frozenset({"body_movement"}))])
    used, crossed = points(trend(facts))
    assert {dot.sign for dot in crossed.shapes} == {"cross"}
    assert {dot.role for dot in crossed.shapes} == {Role.LABEL}
    assert "Not used" in crossed.label
    assert "Not used" not in used.label


def test_a_point_says_when_what_and_of_how_many() -> None:
    (point,) = points(trend(facts_from([reading(2, 7), replace(reading(2, 7, 135), pulse=74)])))
    assert point.label == "2026-10-02 07:00 Morning: 137/84 mmHg, pulse 72 (mean of 2)"


def test_the_mean_line_breaks_where_days_have_no_data() -> None:
    days = [d for d in range(1, 30) if d not in (10, 11, 20)]
    scene = trend(facts_from([reading(d, 7) for d in days]))
    lines = [s for s in scene.shapes() if isinstance(s, Polyline) and s.role is Role.SYSTOLIC]
    assert len(lines) == 3
    gaps = [s for s in scene.shapes() if isinstance(s, Band) and s.role is Role.NO_DATA]
    in_panel = [gap for gap in gaps if gap.height > 20 and gap.y < 100]
    for gap in in_panel:
        for line in lines:
            assert all(not gap.x < x < gap.x + gap.width for x, _ in line.points)


def test_goal_and_threshold_are_two_different_lines() -> None:
    scene = trend(facts_from([reading(2, 7)]))
    full = [s for s in scene.shapes() if isinstance(s, Line) and s.x2 - s.x1 > 300]
    goals = [s.y1 for s in full if s.role is Role.GOAL]
    thresholds = [s.y1 for s in full if s.role is Role.THRESHOLD]
    assert len(goals) == len(thresholds) == 2
    assert set(goals).isdisjoint(thresholds)
    for words in ("135 threshold", "<125 goal", "85 threshold", "<75 goal"):
        assert words in texts(scene)


def test_a_goal_on_the_threshold_is_one_line_with_both_names() -> None:
    facts = facts_from([reading(2, 7)], settings=Settings(goal=Pressure(135, 85)))
    scene = trend(facts)
    assert "135 threshold, goal" in texts(scene)
    assert not [s for s in scene.shapes() if isinstance(s, Line) and s.role is Role.GOAL]


def test_adult_lines_are_not_drawn_for_a_child() -> None:
    scene = trend(facts_from([reading(2, 7)], birth_date=date(2014, 1, 1)))
    roles = {shape.role for shape in scene.shapes()}
    assert not roles & {Role.GOAL, Role.THRESHOLD}
    assert "threshold" not in scene.description


def test_equal_differences_have_equal_heights_in_both_panels() -> None:
    def height(scene: Scene, role: Role) -> float:
        low, high = (next(d for d in p.shapes if d.role is role).y for p in points(scene))
        return abs(low - high)

    at = datetime(2026, 10, 2, 7, tzinfo=ZONE)
    pair = [Reading(at, 120, 70), Reading(at + timedelta(hours=1), 140, 90)]
    scene = trend(facts_from(pair))
    assert abs(height(scene, Role.SYSTOLIC) - height(scene, Role.DIASTOLIC)) < 1e-9


def test_too_many_sessions_become_daily_means_and_it_says_so() -> None:
    facts = facts_of(crowd(5000)).blood_pressure
    assert facts is not None
    scene = trend(facts)
    drawn = points(scene)
    assert len(drawn) <= 3 * 30
    assert f"{len(facts.sessions)} sessions: dots are daily means" in texts(scene)
    assert all("mean of" in point.label for point in drawn)


def test_years_become_means_of_weeks() -> None:
    facts = facts_of(crowd(5000, days=1095), days=1095).blood_pressure
    assert facts is not None
    scene = trend(facts)
    assert len(points(scene)) < 250
    assert any("dots are means of 28 days" in text for text in texts(scene))


def test_daily_means_are_means_of_the_used_sessions() -> None:
    readings = [reading(2, 6, 120 + n) for n in range(2)]
    readings += [
        Reading(datetime(2026, 10, 2, 6, tzinfo=ZONE) + timedelta(minutes=11 * n), 130 + n % 2, 80)
        for n in range(1, 30)
    ]
    facts = facts_from(readings, days=1, start=date(2026, 10, 2))
    narrow = blood_pressure.trend(facts, frame=Frame(120, 200), language="en")
    (point,) = points(narrow)
    used = [s for s in facts.sessions if s.used]
    mean = sum(s.systolic for s in used) / len(used)
    assert f" {int(mean + 0.5)}/" in point.label
    assert f"(mean of {len(used)})" in point.label


def test_marks_of_the_clinic() -> None:
    facts = facts_from([reading(2, 7)])
    day = START + timedelta(days=9)
    marks = (
        Mark(day, "Amlodipine 5 mg"),
        Mark(day, "visit", Pressure(142, 88)),
        Mark(START - timedelta(days=1), "before the period"),
    )
    drug, visit = points(trend(facts, marks=marks))[-2:]
    assert drug.label == "10 Oct: Amlodipine 5 mg"
    assert visit.label == "10 Oct: visit Office 142/88 mmHg"
    assert [s.sign for s in visit.shapes if isinstance(s, Dot)] == ["square", "square"]


def test_the_table_twin_has_every_session() -> None:
    facts = facts_of(person()).blood_pressure
    assert facts is not None
    table = blood_pressure.rows(facts, language="ja")
    assert len(table.rows) == len(facts.sessions)
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert table.columns[:3] == ("日付", "時刻", "時間帯")
