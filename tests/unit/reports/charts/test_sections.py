"""Charts of further kinds: they stay in their frame, break where nothing is, and lose no fall."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from devices.kinds.oximetry.stored import StoredOximetry
from devices.kinds.weight.stored import StoredWeight
from reports.analysis import oximetry as oxygen
from reports.analysis import weight as weights
from reports.charts import oximetry, weight
from reports.charts.scene import Band, Frame, Line, Point, Polyline, Role, Scene, Text
from reports.charts.words import Language

TOKYO = ZoneInfo("Asia/Tokyo")
START, END = date(2026, 10, 1), date(2026, 11, 1)
PERIOD = {"start": START, "end": END, "zone": TOKYO, "experimental": False}
FRAMES = [Frame(500, 150), Frame(232, 160)]


def recording(samples: list[int | None], *, step: int = 4) -> oxygen.Recording:
    start = datetime(2026, 10, 4, 13, 47, tzinfo=UTC)
    until = start + timedelta(seconds=step * len(samples))
    row = StoredOximetry(1, start, 2, "", until, step, tuple(samples), None, 540)
    facts = oxygen.analyse([row], **PERIOD)
    assert facts is not None
    return facts.recordings[0]


def weighed(*grams: int) -> weights.WeightFacts:
    rows = [
        StoredWeight(1, datetime(2026, 10, 2 + n, 22, tzinfo=UTC), 2, "", value, 23.4, 540)
        for n, value in enumerate(grams)
    ]
    facts = weights.analyse(rows, **PERIOD)
    assert facts is not None
    return facts


def inside(scene: Scene) -> bool:
    places: list[tuple[float, float]] = []
    for shape in scene.shapes():
        match shape:
            case Polyline():
                places += shape.points
            case Line():
                places += [(shape.x1, shape.y1), (shape.x2, shape.y2)]
            case Band():
                places += [(shape.x, shape.y), (shape.x + shape.width, shape.y + shape.height)]
            case Text():
                places.append((shape.x, shape.y))
    return all(0 <= x <= scene.width and 0 <= y <= scene.height for x, y in places)


def lines(scene: Scene) -> list[Polyline]:
    return [shape for shape in scene.shapes() if isinstance(shape, Polyline)]


NIGHT: list[int | None] = [96] * 3000 + [None] * 300 + [97] * 2000 + [71] + [97] * 500


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_everything_lies_in_the_frame(frame: Frame, language: Language) -> None:
    scene = oximetry.night(recording(NIGHT), frame=frame, language=language)
    assert inside(scene)
    for grams in ((64_000,), (64_000, 64_100), (42_000, 180_000), (399_900, 400_000)):
        facts = weighed(*grams)
        assert inside(weight.trend(facts, start=START, end=END, frame=frame, language=language))


def test_one_sample_of_a_night_is_still_seen() -> None:
    scene = oximetry.night(recording(NIGHT), frame=FRAMES[1], language="en")
    deepest = max(y for line in lines(scene) for _, y in line.points)
    ninety = next(s.y1 for s in scene.shapes() if isinstance(s, Line) and s.role is Role.REFERENCE)
    assert deepest > ninety
    assert "lowest 71" in scene.description


def test_a_gap_is_drawn_as_one() -> None:
    scene = oximetry.night(recording(NIGHT), frame=FRAMES[0], language="en")
    (gap,) = [s for s in scene.shapes() if isinstance(s, Band) and s.role is Role.NO_DATA][1:]
    xs = [x for line in lines(scene) for x, _ in line.points]
    assert not [x for x in xs if gap.x + 2 < x < gap.x + gap.width - 2]


def test_the_twin_has_a_line_for_each_hour() -> None:
    # From 22:47 for 5801 samples of 4 s: until 05:13.
    table = oximetry.rows(recording(NIGHT), language="en")
    assert [row[0] for row in table.rows] == [
        "22:47", "23:00", "00:00", "01:00", "02:00", "03:00", "04:00", "05:00",
    ]  # fmt: skip
    assert table.rows[0][1:] == ("96.0", "96", "0.0", "13.0")
    assert min(int(row[2]) for row in table.rows) == 71
    points = [
        item
        for item in oximetry.night(recording(NIGHT), frame=FRAMES[0], language="en").items
        if isinstance(item, Point)
    ]
    assert len(points) == len(table.rows)


def test_an_hour_without_a_value_has_dashes() -> None:
    nothing: list[int | None] = [96] * 195 + [None] * 900 + [96] * 900
    table = oximetry.rows(recording(nothing), language="en")
    assert table.rows[1] == ("23:00", "–", "–", "–", "0.0")


def test_weights_are_dots_in_their_order() -> None:
    scene = weight.trend(
        weighed(64_300, 64_100, 63_950), start=START, end=END, frame=FRAMES[0], language="en"
    )
    labels = [item.label for item in scene.items if isinstance(item, Point)]
    assert labels == [
        "2026-10-03 07:00: 64.3 kg, body fat 23.4 %",
        "2026-10-04 07:00: 64.1 kg, body fat 23.4 %",
        "2026-10-05 07:00: 64.0 kg, body fat 23.4 %",
    ]
    ((line,),) = [lines(scene)]
    xs, ys = zip(*line.points, strict=True)
    assert list(xs) == sorted(xs)
    assert list(ys) == sorted(ys)  # downwards: it became less
    table = weight.rows(weighed(64_300), language="ja")
    assert table.columns == ("日付", "時刻", "体重（kg）", "体脂肪率（%）")
