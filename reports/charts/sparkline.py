"""Fourteen days at a glance, for a row of the worklist: daily systolic means and the goal."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from reports.charts import figures
from reports.charts.scales import Linear
from reports.charts.scene import Dot, Frame, Line, Polyline, Role, Scene, Shape, Table
from reports.charts.words import Language, say

FRAME = Frame(112, 24)
MARGIN = 3.0
ROOMY = 20  # mmHg: a quiet fortnight must not look like a storm


def sparkline(
    means: Sequence[float | None],
    *,
    goal: float,
    language: Language,
    frame: Frame = FRAME,
) -> Scene:
    """Daily systolic means, oldest first; None is a day without data and breaks the line."""
    known = [value for value in means if value is not None]
    title = say(language, "sparkline_title", days=len(means))
    scale = _scale([*known, goal], frame)
    shapes: list[Shape] = [Line(0, scale(goal), frame.width, scale(goal), Role.GOAL)]
    if not known:
        empty = say(language, "sparkline_empty")
        return Scene(frame.width, frame.height, title, empty, tuple(shapes))
    step = (frame.width - 2 * MARGIN) / max(len(means) - 1, 1)
    places = [
        None if value is None else (MARGIN + number * step, scale(value))
        for number, value in enumerate(means)
    ]
    for present, run in groupby(places, key=lambda place: place is not None):
        points = tuple(place for place in run if place is not None)
        if present and len(points) > 1:
            shapes.append(Polyline(points, Role.SYSTOLIC))
        elif present:
            shapes.append(Dot(*points[0], 1.1, Role.SYSTOLIC))
    last = next(place for place in reversed(places) if place is not None)
    shapes.append(Dot(*last, 2.0, Role.SYSTOLIC))
    description = say(
        language,
        "sparkline_description",
        low=figures.whole(min(known)),
        high=figures.whole(max(known)),
        last=figures.near(known[-1], goal),
    )
    return Scene(frame.width, frame.height, title, description, tuple(shapes))


def rows(days: Sequence[tuple[date, float | None]], *, language: Language) -> Table:
    """One line a day."""
    none = say(language, "none")
    return Table(
        say(language, "sparkline_title", days=len(days)),
        (say(language, "date"), say(language, "systolic")),
        tuple(
            (day.isoformat(), none if value is None else figures.whole(value))
            for day, value in days
        ),
    )


def _scale(values: Sequence[float], frame: Frame) -> Linear:
    low, high = min(values), max(values)
    slack = max(0.0, ROOMY - (high - low)) / 2
    return Linear(low - slack, high + slack, frame.height - MARGIN, MARGIN)
