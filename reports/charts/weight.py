"""Weight over time: every weighing as a dot on a line, days without one left white."""

from datetime import date, timedelta

from reports.analysis.display import tenths
from reports.analysis.weight import Weighing, WeightFacts
from reports.charts.parts import day_axis, value_axis
from reports.charts.scales import Days, Linear, ceil_to, floor_to
from reports.charts.scene import Dot, Frame, Point, Polyline, Role, Scene, Shape, Table, Text
from reports.charts.words import Language, say

LEFT, RIGHT, TOP, BOTTOM = 30.0, 34.0, 10.0, 16.0
# A quiet month must not look like a mountain: at least so many kilograms from top to bottom.
LEAST_SPAN = 4
STEPS = (1, 2, 5, 10, 20, 50)
MOST_TICKS = 6


def trend(facts: WeightFacts, *, start: date, end: date, frame: Frame, language: Language) -> Scene:
    """The weighings of `start` <= local date < `end`."""
    days = Days(start, end - timedelta(days=1), LEFT, frame.width - RIGHT)
    low, high, step = _bounds(facts)
    scale = Linear(low, high, frame.height - BOTTOM, TOP)
    places = [(_x(days, weighing), scale(weighing.kilograms)) for weighing in facts.weighings]
    items: list[Shape | Point] = [
        *value_axis(scale, range(low, high + 1, step), left=days.start, right=days.end),
        *day_axis(days, y=frame.height - BOTTOM, language=language),
    ]
    if len(places) > 1:
        items.append(Polyline(tuple(places), Role.MARK))
    for weighing, (x, y) in zip(facts.weighings, places, strict=True):
        items.append(Point(_label(weighing, language), (Dot(x, y, 2.2, Role.MARK),)))
    x, y = places[-1]
    last = tenths(facts.last.kilograms)
    items.append(Text(x + 5, y + 2.4, last, Role.VALUE, 7.5, bold=True))
    return Scene(
        frame.width,
        frame.height,
        say(language, "weight_title"),
        _description(facts, language),
        tuple(items),
    )


def rows(facts: WeightFacts, *, language: Language) -> Table:
    """One line a weighing; body fat where some scale told it."""
    with_fat = facts.body_fat is not None
    columns = ["date", "time", "weight_kg", *(["body_fat"] if with_fat else [])]
    return Table(
        say(language, "weight_title"),
        tuple(say(language, key) for key in columns),
        tuple(
            (
                weighing.at.date().isoformat(),
                f"{weighing.at:%H:%M}",
                tenths(weighing.kilograms),
                *([tenths(weighing.body_fat)] if with_fat else []),
            )
            for weighing in facts.weighings
        ),
    )


def _bounds(facts: WeightFacts) -> tuple[int, int, int]:
    """Whole kilograms around the values, and the step of the ticks."""
    middle = (facts.lowest + facts.highest) / 2
    half = max(LEAST_SPAN, facts.highest - facts.lowest) / 2
    span = 2 * half
    step = next((s for s in STEPS if span / s < MOST_TICKS), STEPS[-1])
    low, high = floor_to(middle - half, step), ceil_to(middle + half, step)
    return low, high, step


def _x(days: Days, weighing: Weighing) -> float:
    at = weighing.at
    return days.at(at.date(), (at.hour * 60 + at.minute) / 1440)


def _label(weighing: Weighing, language: Language) -> str:
    when = f"{weighing.at:%Y-%m-%d %H:%M}"
    label = say(language, "weight_label", when=when, value=tenths(weighing.kilograms))
    if weighing.body_fat is None:
        return label
    fat = tenths(weighing.body_fat)
    return label + say(language, "weight_label_fat", value=fat)


def _description(facts: WeightFacts, language: Language) -> str:
    return say(
        language,
        "weight_description",
        count=len(facts.weighings),
        low=tenths(facts.lowest),
        high=tenths(facts.highest),
        last=tenths(facts.last.kilograms),
    )
