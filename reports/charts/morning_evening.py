"""Morning beside evening: the spread of both pressures as boxes, with their means in figures."""

from collections.abc import Iterator
from dataclasses import dataclass

from reports.analysis.facts import BloodPressureFacts, Spread
from reports.charts import figures
from reports.charts.parts import value_axis
from reports.charts.scales import Linear, ceil_to, fitting_size, floor_to
from reports.charts.scene import (
    Band,
    Box,
    Dot,
    Frame,
    Line,
    Point,
    Role,
    Scene,
    Shape,
    Table,
    Text,
)
from reports.charts.trend_panels import ROLES, USUAL, Component, adult_lines
from reports.charts.words import Language, say

AXIS_ROOM = 20.0
TOP = 12.0
BOTTOM = 23.0
GAP = 12.0
HALF_BOX = 7.0


@dataclass(frozen=True, slots=True)
class Group:
    """The readings of one window, for one component."""

    window: str
    n: int
    mean: float
    spread: Spread


def boxes(facts: BloodPressureFacts, *, frame: Frame, language: Language) -> Scene:
    """Two panels, systolic and diastolic, each with a morning and an evening box."""
    width = (frame.width - GAP) / 2
    items: list[Shape | Point] = []
    for number, component in enumerate(ROLES):
        left = number * (width + GAP)
        plot = left + AXIS_ROOM, left + width
        items += _panel(facts, component, plot, frame.height - BOTTOM, language)
    return Scene(
        frame.width,
        frame.height,
        say(language, "boxes_title"),
        say(language, "boxes_description"),
        tuple(items),
    )


def rows(facts: BloodPressureFacts, *, language: Language) -> Table:
    """The numbers of the four boxes; a window without readings has no row."""
    keys = ("series", "when", "readings", "mean", "median", "middle_half", "range")
    lines = tuple(
        (
            say(language, component),
            say(language, group.window),
            str(group.n),
            figures.near(group.mean, *_lines(facts, component)),
            figures.whole(group.spread.median),
            f"{figures.whole(group.spread.p25)}–{figures.whole(group.spread.p75)}",
            f"{figures.whole(group.spread.minimum)}–{figures.whole(group.spread.maximum)}",
        )
        for component in ROLES
        for group in _groups(facts, component)
    )
    return Table(say(language, "boxes_title"), tuple(say(language, key) for key in keys), lines)


def _groups(facts: BloodPressureFacts, component: Component) -> Iterator[Group]:
    for window, means, spreads in (
        ("morning", facts.morning, facts.morning_spread),
        ("evening", facts.evening, facts.evening_spread),
    ):
        mean: float | None = getattr(means, component)
        if mean is not None and component in spreads:
            yield Group(window, means.n, mean, spreads[component])


def _lines(facts: BloodPressureFacts, component: Component) -> tuple[float, float]:
    return getattr(facts.threshold, component), getattr(facts.goal, component)


def _scale(facts: BloodPressureFacts, component: Component, bottom: float) -> Linear:
    low, high = USUAL[component]
    spreads = [group.spread for group in _groups(facts, component)]
    lows = [low, getattr(facts.goal, component) - 4, *(s.minimum - 2 for s in spreads)]
    highs = [high, *(s.maximum + 2 for s in spreads)]
    return Linear(floor_to(min(lows), 10), ceil_to(max(highs), 10), bottom, TOP)


def _panel(
    facts: BloodPressureFacts,
    component: Component,
    plot: tuple[float, float],
    bottom: float,
    language: Language,
) -> list[Shape | Point]:
    left, right = plot
    scale = _scale(facts, component, bottom)
    low, high = int(scale.low), int(scale.high)
    threshold, goal = map(scale, _lines(facts, component))
    name = say(language, component)
    step = 10 if high - low <= 50 and bottom - TOP > 60 else 20
    ticks = range(ceil_to(low, step), high + 1, step)
    items: list[Shape | Point] = [
        Text((left + right) / 2, 7, name, ROLES[component], 7, "middle", True),
        *value_axis(scale, ticks, left=left, right=right),
        Line(left, bottom, right, bottom, Role.AXIS),
    ]
    if adult_lines(facts):
        items[1:1] = [
            Band(left, goal, right - left, bottom - goal, Role.GOAL),
            *([] if goal == threshold else [Line(left, goal, right, goal, Role.GOAL)]),
            Line(left, threshold, right, threshold, Role.THRESHOLD),
        ]
    groups = {group.window: group for group in _groups(facts, component)}
    room = 0.44 * (right - left)
    for share, window in ((0.27, "morning"), (0.73, "evening")):
        x = left + share * (right - left)
        words = say(language, window)
        size = fitting_size(words, 7, room)
        items.append(Text(x, bottom + 9.5, words, size=size, anchor="middle"))
        if window not in groups:
            none = say(language, "no_data")
            size = fitting_size(none, 6.5, room)
            items.append(Text(x, bottom + 19.5, none, size=size, anchor="middle"))
            continue
        group = groups[window]
        mean = figures.near(group.mean, *_lines(facts, component))
        size = fitting_size(mean, 8, room)
        items.append(Text(x, bottom + 19.5, mean, ROLES[component], size, "middle", True))
        items.append(_box(group, component, scale, x, mean, language))
    return items


def _box(
    group: Group, component: Component, scale: Linear, x: float, mean: str, language: Language
) -> Point:
    role, spread = ROLES[component], group.spread
    top, bottom = scale(spread.p75), scale(spread.p25)
    median, high, low = scale(spread.median), scale(spread.maximum), scale(spread.minimum)
    filled = group.window == "morning"
    inside = Role.GRID if filled else role
    label = say(
        language,
        "box_label",
        name=say(language, component),
        window=say(language, group.window),
        mean=mean,
        p25=figures.whole(spread.p25),
        p75=figures.whole(spread.p75),
        minimum=figures.whole(spread.minimum),
        maximum=figures.whole(spread.maximum),
        count=group.n,
    )
    return Point(
        label,
        (
            Line(x, high, x, top, role),
            Line(x, bottom, x, low, role),
            Line(x - 3, high, x + 3, high, role),
            Line(x - 3, low, x + 3, low, role),
            Box(x - HALF_BOX, top, 2 * HALF_BOX, max(bottom - top, 0.8), role, filled),
            Line(x - HALF_BOX, median, x + HALF_BOX, median, inside),
            Dot(x, scale(group.mean), 1.7, inside, "dot"),
        ),
    )
