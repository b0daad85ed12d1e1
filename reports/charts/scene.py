"""The shapes a chart is made of, before anybody decides how they look.

One space for both painters: the origin is the top left corner, x grows to the right, y grows
downwards, and one unit is one PDF point (1/72 inch) or one SVG user unit. A shape says what it
means (its role), never which colour it has: the PDF painter asks a palette, the page's CSS
themes the class of the same name.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Anchor = Literal["start", "middle", "end"]
Sign = Literal["dot", "ring", "diamond", "triangle", "square", "cross", "flag"]


class Role(StrEnum):
    """What a shape means; its value is the CSS class and the key of the palette."""

    AXIS = "axis"
    GRID = "grid"
    NO_DATA = "no-data"
    SYSTOLIC = "systolic"
    DIASTOLIC = "diastolic"
    GOAL = "goal"
    THRESHOLD = "threshold"
    BELOW = "below"
    AT_OR_ABOVE = "at-or-above"
    REFERENCE = "reference"
    MARK = "mark"
    SLEEP = "sleep"
    STAGE_AWAKE = "stage-awake"
    STAGE_REM = "stage-rem"
    STAGE_LIGHT = "stage-light"
    STAGE_DEEP = "stage-deep"
    STAGE_ASLEEP = "stage-asleep"
    STAGE_UNKNOWN = "stage-unknown"
    LABEL = "label"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Line:
    """A straight stroke between two points."""

    x1: float
    y1: float
    x2: float
    y2: float
    role: Role


@dataclass(frozen=True, slots=True)
class Polyline:
    """An open run of strokes through two points or more."""

    points: tuple[tuple[float, float], ...]
    role: Role


@dataclass(frozen=True, slots=True)
class Band:
    """A pale area behind the data: a goal zone, days without data."""

    x: float
    y: float
    width: float
    height: float
    role: Role


@dataclass(frozen=True, slots=True)
class Bar:
    """A solid area that is data: a bar of a histogram, a stretch of a sleep stage."""

    x: float
    y: float
    width: float
    height: float
    role: Role


@dataclass(frozen=True, slots=True)
class Box:
    """An outlined area: the middle half of a distribution; hollow ones stand for evenings."""

    x: float
    y: float
    width: float
    height: float
    role: Role
    filled: bool = True


@dataclass(frozen=True, slots=True)
class Dot:
    """One value at (x, y) with radius r; its sign tells kinds of session apart without colour."""

    x: float
    y: float
    r: float
    role: Role
    sign: Sign = "dot"


@dataclass(frozen=True, slots=True)
class Text:
    """Words whose baseline starts, is centred or ends at (x, y)."""

    x: float
    y: float
    text: str
    role: Role = Role.LABEL
    size: float = 7.0
    anchor: Anchor = "start"
    bold: bool = False


def outline(dot: Dot) -> tuple[tuple[tuple[float, float], ...], ...]:
    """The corners of an angular sign, so that both painters draw the same; a cross has two runs."""
    x, y, r = dot.x, dot.y, dot.r
    match dot.sign:
        case "diamond":
            return (((x, y - r), (x + r, y), (x, y + r), (x - r, y)),)
        case "triangle":
            return (((x, y - r), (x + r, y + 0.8 * r), (x - r, y + 0.8 * r)),)
        case "flag":
            return (((x - r, y - r), (x + r, y - r), (x, y + r)),)
        case "square":
            h = 0.85 * r
            return (((x - h, y - h), (x + h, y - h), (x + h, y + h), (x - h, y + h)),)
        case "cross":
            return (((x - r, y - r), (x + r, y + r)), ((x - r, y + r), (x + r, y - r)))
        case "dot" | "ring":
            return ()


Shape = Line | Polyline | Band | Bar | Box | Dot | Text


@dataclass(frozen=True, slots=True)
class Point:
    """Shapes that belong to one thing a reader can point at, and what to say about it."""

    label: str
    shapes: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """A finished chart: its size, its name, one sentence about it, and its shapes in order."""

    width: float
    height: float
    title: str
    description: str
    items: tuple[Shape | Point, ...]

    def shapes(self) -> Iterator[Shape]:
        """Every shape in painting order, points opened up."""
        for item in self.items:
            if isinstance(item, Point):
                yield from item.shapes
            else:
                yield item


@dataclass(frozen=True, slots=True)
class Frame:
    """The space a chart may fill, in points."""

    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Table:
    """A chart's table twin: the same data in words, for those who cannot or need not see it."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
