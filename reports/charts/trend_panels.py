"""The two strips of the blood-pressure chart: scales, zones, lines and their labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, Protocol

from reports.analysis.facts import BloodPressureFacts
from reports.charts import figures
from reports.charts.parts import LABEL_SIZE, gap_bands, spread, value_axis
from reports.charts.scales import Days, Linear, ceil_to, floor_to, text_width
from reports.charts.scene import Band, Line, Polyline, Role, Shape, Text
from reports.charts.words import Language, say

Component = Literal["systolic", "diastolic"]

ROLES: dict[Component, Role] = {"systolic": Role.SYSTOLIC, "diastolic": Role.DIASTOLIC}
PANEL_GAP = 9.0
USUAL: dict[Component, tuple[int, int]] = {"systolic": (110, 150), "diastolic": (60, 100)}


def adult_lines(facts: BloodPressureFacts) -> bool:
    """Whether goal and threshold may be drawn: not for children and not in pregnancy."""
    return facts.no_category_because in (None, "insufficient")


class HasPressure(Protocol):
    """Anything with a place on both scales."""

    @property
    def systolic(self) -> float: ...

    @property
    def diastolic(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Panel:
    """One component's strip of the chart."""

    component: Component
    scale: Linear
    top: float
    bottom: float
    threshold: float
    goal: float


def stack(
    facts: BloodPressureFacts, drawn: Sequence[HasPressure], *, top: float, bottom: float
) -> list[Panel]:
    """Two panels that hold everything drawn, with the same number of points per mmHg."""
    ranges: dict[Component, tuple[int, int]] = {}
    for component, (low, high) in USUAL.items():
        seen = [getattr(value, component) for value in drawn]
        seen += [getattr(facts.goal, component) - 4, getattr(facts.threshold, component) + 4]
        ranges[component] = (
            floor_to(min([low, *(v - 2 for v in seen)]), 10),
            ceil_to(max([high, *(v + 2 for v in seen)]), 10),
        )
    per_mmhg = (bottom - top - PANEL_GAP) / sum(high - low for low, high in ranges.values())
    panels = []
    for component, (low, high) in ranges.items():
        end = top + (high - low) * per_mmhg
        scale = Linear(low, high, end, top)
        lines = getattr(facts.threshold, component), getattr(facts.goal, component)
        panels.append(Panel(component, scale, top, end, *lines))
        top = end + PANEL_GAP
    return panels


def ground(panel: Panel, facts: BloodPressureFacts, days: Days, language: Language) -> list[Shape]:
    """Zones, gaps, grid and lines behind the data."""
    low, high = int(panel.scale.low), int(panel.scale.high)
    goal, threshold = panel.scale(panel.goal), panel.scale(panel.threshold)
    step = 20 if (high - low) > 50 or panel.bottom - panel.top < 60 else 10
    shapes: list[Shape] = []
    if adult_lines(facts):
        zone = Band(days.start, goal, days.end - days.start, panel.bottom - goal, Role.GOAL)
        shapes.append(zone)
    with_data = {day.date for day in facts.days if day.has_data}
    with_data |= {session.day for session in facts.sessions}
    name = say(language, "no_data") if panel.component == "systolic" else ""
    shapes += gap_bands(days, with_data, top=panel.top, bottom=panel.bottom, name=name)
    ticks = range(ceil_to(low, step), high + 1, step)
    shapes += value_axis(panel.scale, ticks, left=days.start, right=days.end)
    if adult_lines(facts):
        if goal != threshold:
            shapes.append(Line(days.start, goal, days.end, goal, Role.GOAL))
        shapes.append(Line(days.start, threshold, days.end, threshold, Role.THRESHOLD))
    return shapes


def label_width(facts: BloodPressureFacts, language: Language) -> float:
    """The room that the labels to the right of both panels need."""
    texts = [
        text
        for component in USUAL
        for _, text, _ in _lines(
            getattr(facts.threshold, component), getattr(facts.goal, component), language
        )
    ]
    return max(text_width(text, LABEL_SIZE) for text in texts)


def _lines(threshold: float, goal: float, language: Language) -> list[tuple[float, str, Role]]:
    if threshold == goal:
        text = say(language, "threshold_and_goal", value=figures.whole(threshold))
        return [(threshold, text, Role.THRESHOLD)]
    return [
        (
            threshold,
            say(language, "threshold_line", value=figures.whole(threshold)),
            Role.THRESHOLD,
        ),
        (goal, say(language, "goal_line", value=figures.whole(goal)), Role.GOAL),
    ]


def line_labels(
    panel: Panel, facts: BloodPressureFacts, x: float, language: Language
) -> list[Shape]:
    """Name, threshold and goal to the right of a panel, moved apart where they would collide."""
    name = say(language, panel.component)
    entries = [(panel.top + 4, name, ROLES[panel.component], True)]
    if adult_lines(facts):
        entries += [
            (panel.scale(value), text, role, False)
            for value, text, role in _lines(panel.threshold, panel.goal, language)
        ]
    entries.sort(key=lambda entry: entry[0])
    places = spread([e[0] for e in entries], room=8.5, low=panel.top + 4, high=panel.bottom)
    return [
        Text(x, place + 2.5, text, role, LABEL_SIZE, bold=bold)
        for place, (_, text, role, bold) in zip(places, entries, strict=True)
    ]


def mean_line(panel: Panel, facts: BloodPressureFacts, days: Days) -> list[Shape]:
    """The 7-day mean in runs; a day on which it is not known ends a run."""
    role = ROLES[panel.component]
    shapes: list[Shape] = []

    def value_of(index: int) -> float | None:
        value: float | None = getattr(facts.days[index].trend, panel.component)
        return value

    for known, run in groupby(range(len(facts.days)), key=lambda i: value_of(i) is not None):
        if not known:
            continue
        places = [
            (days.at(facts.days[i].date), panel.scale(value))
            for i in run
            if (value := value_of(i)) is not None
        ]
        if len(places) == 1:
            (x, y) = places[0]
            places = [(x - days.step / 3, y), (x + days.step / 3, y)]
        shapes.append(Polyline(tuple(places), role))
    return shapes
