"""Boxes, paired nights and mornings, sparklines."""

from dataclasses import replace
from datetime import date

import pytest

from reports.analysis.facts import BloodPressureFacts, Means, Summary
from reports.charts import morning_evening, sparkline, together
from reports.charts.scene import Bar, Box, Dot, Frame, Line, Point, Polyline, Role, Scene, Text

FRAME = Frame(182, 122)


def points(scene: Scene) -> list[Point]:
    return [item for item in scene.items if isinstance(item, Point)]


def boxes(facts: BloodPressureFacts) -> Scene:
    return morning_evening.boxes(facts, frame=FRAME, language="en")


def test_morning_boxes_are_filled_and_evening_boxes_hollow(pressure) -> None:
    drawn = [s.filled for s in boxes(pressure).shapes() if isinstance(s, Box)]
    assert drawn == [True, False, True, False]


def test_a_box_reaches_from_quartile_to_quartile(pressure) -> None:
    (box,) = (s for s in points(boxes(pressure))[0].shapes if isinstance(s, Box))
    spread = pressure.morning_spread["systolic"]
    dot = next(s for s in points(boxes(pressure))[0].shapes if isinstance(s, Dot))
    per_mmhg = box.height / (spread.p75 - spread.p25)
    from_top = (spread.p75 - pressure.morning.systolic) * per_mmhg
    assert dot.y == pytest.approx(box.y + from_top)


def test_a_window_without_readings_says_so(pressure) -> None:
    none = replace(pressure, evening=Means(0), evening_spread={})
    scene = boxes(none)
    assert len(points(scene)) == 2
    assert [s.text for s in scene.shapes() if isinstance(s, Text)].count("no data") == 2
    assert len(morning_evening.rows(none, language="en").rows) == 2


def test_the_boxes_table_has_four_rows(pressure) -> None:
    table = morning_evening.rows(pressure, language="ja")
    assert [row[:2] for row in table.rows] == [
        ("収縮期", "朝"),
        ("収縮期", "晩"),
        ("拡張期", "朝"),
        ("拡張期", "晩"),
    ]


def paired(month: Summary, **options) -> Scene:
    given = {"first": month.start, "last": date(2026, 10, 30), "threshold": 135.0} | options
    return together.nights_and_mornings(month.together, frame=FRAME, language="en", **given)


def test_every_pair_is_one_bar_under_one_sign(month: Summary) -> None:
    drawn = points(paired(month))
    assert len(drawn) == len(month.together) > 10
    for point, pair in zip(drawn, month.together, strict=True):
        bar, sign = point.shapes
        assert isinstance(bar, Bar)
        assert isinstance(sign, Dot)
        assert bar.x + bar.width / 2 == pytest.approx(sign.x)
        assert sign.sign == ("diamond" if pair.short or pair.broken else "dot")


def test_pairs_are_never_joined_into_a_cause(month: Summary) -> None:
    scene = paired(month)
    assert not [s for s in scene.shapes() if isinstance(s, Polyline)]
    assert "not as a cause" in scene.description
    assert f"{len(month.together)} nights" in scene.description


def test_no_threshold_where_none_applies(month: Summary) -> None:
    assert Role.THRESHOLD not in {s.role for s in paired(month, threshold=None).shapes()}


def test_a_sparkline_breaks_at_days_without_data() -> None:
    scene = sparkline.sparkline([130, 131, None, 128, None, 126, 125], goal=125, language="en")
    runs = [s for s in scene.shapes() if isinstance(s, Polyline)]
    assert [len(run.points) for run in runs] == [2, 2]
    single, last = (s for s in scene.shapes() if isinstance(s, Dot))
    assert last.r > single.r
    assert scene.description == "Daily means from 125 to 131 mmHg; last 125.0."


@pytest.mark.parametrize("means", [[], [None] * 14, [150.0], [None, 90.0]])
def test_a_sparkline_of_little_or_nothing(means: list[float | None]) -> None:
    scene = sparkline.sparkline(means, goal=125, language="ja")
    assert [s for s in scene.shapes() if isinstance(s, Line)]
    assert ("測定はありません" in scene.description) == (not any(means))


def test_a_quiet_fortnight_does_not_look_like_a_storm() -> None:
    scene = sparkline.sparkline([124.0, 126.0] * 7, goal=125, language="en")
    (line,) = (s for s in scene.shapes() if isinstance(s, Polyline))
    heights = [y for _, y in line.points]
    assert max(heights) - min(heights) < scene.height / 6
