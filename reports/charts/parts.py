"""What several charts share: legends, axes, gaps, labels that do not collide."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from reports.charts.scales import Days, Linear, ceil_to, text_width
from reports.charts.scene import Band, Bar, Dot, Line, Role, Shape, Sign, Text
from reports.charts.words import Language, tick_date

LEGEND_SIZE = 6.8
LEGEND_LINE = 10.0
AXIS_SIZE = 7.0
HOUR_ROOM = 25.0
LABEL_SIZE = 7.0


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of a legend: a sample of the shape and its name."""

    text: str
    role: Role
    sample: Sign | str = "dot"  # a sign, or "line", "band", "bar"

    @property
    def width(self) -> float:
        """Sample, name and the space before the next entry."""
        return 13 + text_width(self.text, LEGEND_SIZE) + 8


def legend(
    keys: Sequence[Key], *, width: float, heading_room: float = 0
) -> tuple[list[Shape], float]:
    """A legend aligned to the right edge, in as many lines as it needs; and its height.

    `heading_room` stays free to the left of it.
    """
    lines: list[list[Key]] = [[]]
    for key in keys:
        if lines[-1] and sum(k.width for k in lines[-1]) + key.width > width - heading_room:
            lines.append([])
        lines[-1].append(key)
    shapes: list[Shape] = []
    for number, line in enumerate(lines):
        x = width - sum(key.width for key in line) + 8
        y = 7 + number * LEGEND_LINE
        for key in line:
            shapes += [*_sample(key, x, y - 2.4), Text(x + 13, y, key.text, size=LEGEND_SIZE)]
            x += key.width
    return shapes, len(lines) * LEGEND_LINE + 2


def _sample(key: Key, x: float, y: float) -> list[Shape]:
    match key.sample:
        case "line":
            return [Line(x, y, x + 10, y, key.role)]
        case "band":
            return [Band(x, y - 3.2, 10, 6.4, key.role)]
        case "bar":
            return [Bar(x + 1, y - 3.2, 8, 6.4, key.role)]
        case "dot" | "ring" | "diamond" | "triangle" | "square" | "cross" | "flag" as sign:
            return [Dot(x + 6, y, 2.3, key.role, sign)]
        case other:
            raise ValueError(f"no legend sample is called {other!r}")


def value_axis(
    scale: Linear, ticks: Iterable[int], *, left: float, right: float, unit: str = ""
) -> list[Shape]:
    """Horizontal grid lines with their values to the left."""
    shapes: list[Shape] = []
    for tick in ticks:
        y = scale(tick)
        shapes.append(Line(left, y, right, y, Role.GRID))
        shapes.append(Text(left - 4, y + 2.4, f"{tick}{unit}", size=AXIS_SIZE, anchor="end"))
    return shapes


def day_axis(days: Days, *, y: float, language: Language) -> list[Shape]:
    """The base line with short ticks and dates under them."""
    long = days.count > 400
    shapes: list[Shape] = [Line(days.start, y, days.end, y, Role.AXIS)]
    for day in days.ticks(room=38 if long else 30):
        x = days.at(day)
        text = tick_date(day, language, with_year=long)
        if x + text_width(text, AXIS_SIZE) / 2 > days.end + 14:
            continue
        shapes.append(Line(x, y, x, y + 2.5, Role.AXIS))
        shapes.append(Text(x, y + 10, text, size=AXIS_SIZE, anchor="middle"))
    return shapes


def hours(clock: Linear) -> list[tuple[float, str]]:
    """Places and names of full hours on a scale of minutes after midnight, never too close."""
    per_minute = (clock.end - clock.start) / (clock.high - clock.low)
    every = next((n for n in (60, 120, 180, 240) if n * per_minute >= HOUR_ROOM), 360)
    return [
        (clock(minute), f"{minute // 60 % 24}:00")
        for minute in range(ceil_to(clock.low, every), int(clock.high) + 1, every)
    ]


def gaps(days: Days, with_data: set[date]) -> list[tuple[date, int]]:
    """Runs of days without data: the first day and how many."""
    runs: list[tuple[date, int]] = []
    open_run = False
    for day in days.all():
        if day in with_data:
            open_run = False
        elif open_run:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((day, 1))
            open_run = True
    return runs


def gap_bands(
    days: Days, with_data: set[date], *, top: float, bottom: float, name: str = ""
) -> list[Shape]:
    """Grey columns for days without data, named where there is room."""
    shapes: list[Shape] = []
    for first, count in gaps(days, with_data):
        x, width = days.left(first), count * days.step
        shapes.append(Band(x, top, width, bottom - top, Role.NO_DATA))
        if name and width > text_width(name, 6) + 4 and count < days.count:
            shapes.append(Text(x + width / 2, top + 8, name, size=6, anchor="middle"))
    return shapes


def spread(places: Sequence[float], *, room: float, low: float, high: float) -> list[float]:
    """Places moved as little as needed to be `room` apart, in their order, inside low..high."""
    moved: list[float] = []
    for place in places:
        floor = moved[-1] + room if moved else low
        moved.append(max(place, floor))
    ceiling = high
    for index in range(len(moved) - 1, -1, -1):
        moved[index] = min(moved[index], ceiling)
        ceiling = moved[index] - room
    return moved
