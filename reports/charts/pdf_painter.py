"""Paints a scene on a PDF page, at the same coordinates as the SVG, shifted to its place."""

from collections.abc import Mapping

from reports.charts import palette
from reports.charts.ink import Ink
from reports.charts.palette import Style
from reports.charts.scene import (
    Band,
    Bar,
    Box,
    Dot,
    Line,
    Polyline,
    Role,
    Scene,
    Shape,
    Text,
    outline,
)


def paint(
    scene: Scene,
    ink: Ink,
    *,
    x: float,
    y: float,
    styles: Mapping[Role, Style] = palette.PRINT,
) -> None:
    """Draws the scene with its top left corner at (x, y) of the page."""
    for shape in scene.shapes():
        _shape(shape, ink, x, y, styles[shape.role])


def _shape(shape: Shape, ink: Ink, x: float, y: float, style: Style) -> None:
    match shape:
        case Line():
            ends = ((x + shape.x1, y + shape.y1), (x + shape.x2, y + shape.y2))
            ink.line(ends, colour=style.stroke, width=min(style.width, 0.9), dash=style.dash)
        case Polyline():
            points = [(x + px, y + py) for px, py in shape.points]
            ink.line(points, colour=style.stroke, width=style.width)
        case Band() | Bar():
            ink.rectangle(x + shape.x, y + shape.y, shape.width, shape.height, colour=style.fill)
        case Box():
            place = (x + shape.x, y + shape.y, shape.width, shape.height)
            ink.rectangle(*place, colour=style.fill if shape.filled else palette.PAPER)
            ink.outline(*place, colour=style.stroke, line=1.0)
        case Dot():
            _dot(shape, ink, x, y, style)
        case Text():
            ink.text(
                x + shape.x,
                y + shape.y,
                shape.text,
                size=shape.size,
                colour=style.text,
                bold=shape.bold,
                anchor=shape.anchor,
            )


def _dot(dot: Dot, ink: Ink, x: float, y: float, style: Style) -> None:
    match dot.sign:
        case "dot":
            ink.dot(x + dot.x, y + dot.y, dot.r, colour=style.fill)
        case "ring":
            ink.dot(x + dot.x, y + dot.y, dot.r, colour=style.stroke, hole=palette.PAPER)
        case _:
            for corners in outline(dot):
                places = [(x + cx, y + cy) for cx, cy in corners]
                if dot.sign == "cross":
                    ink.line(places, colour=style.stroke, width=0.9)
                else:
                    ink.area(places, colour=style.fill)
