"""Paints a scene as inline SVG for a page.

Only classes and presentation attributes: colours come from the page's CSS (so light, dark and
print just work) and the content security policy needs no exception. The chart is one image with
a name and a description; its points carry `data-label` and can take focus by script, so one Tab
stop and the arrow keys walk through them. The table twin says the same to a screen reader.
"""

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr  # nosec B406 # writes XML, reads none

from reports.charts.scene import (
    Band,
    Bar,
    Box,
    Dot,
    Line,
    Point,
    Polyline,
    Scene,
    Shape,
    Text,
    outline,
)


def paint(scene: Scene, *, prefix: str, css_class: str = "") -> str:
    """The scene as an `<svg>` element; `prefix` must be unique on the page, it begins every id."""
    points = sum(isinstance(item, Point) for item in scene.items)
    classes = f"chart {css_class}".strip()
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class={quoteattr(classes)}'
        f' viewBox="0 0 {number(scene.width)} {number(scene.height)}"'
        f' role="img" aria-labelledby={quoteattr(f"{prefix}-title {prefix}-desc")}'
        + (f' tabindex="0" data-points="{points}"' if points else "")
        + ">"
        f"<title id={quoteattr(f'{prefix}-title')}>{escape(scene.title)}</title>"
        f"<desc id={quoteattr(f'{prefix}-desc')}>{escape(scene.description)}</desc>"
    )
    return head + "".join(_items(scene, prefix)) + "</svg>"


def number(value: float) -> str:
    """A coordinate with at most two decimals and no trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"


def _items(scene: Scene, prefix: str) -> Iterable[str]:
    index = 0
    for item in scene.items:
        if isinstance(item, Point):
            yield (
                f'<g class="point" id={quoteattr(f"{prefix}-p{index}")} tabindex="-1"'
                f' data-index="{index}" data-label={quoteattr(item.label)}>'
            )
            yield from (_shape(shape) for shape in item.shapes)
            yield "</g>"
            index += 1
        else:
            yield _shape(item)


def _shape(shape: Shape) -> str:
    match shape:
        case Line():
            return (
                f'<line class="line {shape.role}" x1="{number(shape.x1)}" y1="{number(shape.y1)}"'
                f' x2="{number(shape.x2)}" y2="{number(shape.y2)}"/>'
            )
        case Polyline():
            points = " ".join(f"{number(x)},{number(y)}" for x, y in shape.points)
            return f'<polyline class="polyline {shape.role}" fill="none" points="{points}"/>'
        case Band():
            return _rectangle(shape, "band")
        case Bar():
            return _rectangle(shape, "bar")
        case Box():
            return _rectangle(shape, "box filled" if shape.filled else "box hollow")
        case Dot():
            return _dot(shape)
        case Text():
            return _text(shape)


def _rectangle(shape: Band | Bar | Box, kind: str) -> str:
    return (
        f'<rect class="{kind} {shape.role}" x="{number(shape.x)}" y="{number(shape.y)}"'
        f' width="{number(shape.width)}" height="{number(shape.height)}"/>'
    )


def _dot(dot: Dot) -> str:
    classes = f"dot {dot.sign} {dot.role}"
    if dot.sign in ("dot", "ring"):
        place = f'cx="{number(dot.x)}" cy="{number(dot.y)}" r="{number(dot.r)}"'
        return f'<circle class="{classes}" {place}/>'
    strokes = "".join(
        "M" + "L".join(f"{number(x)} {number(y)}" for x, y in corners) for corners in outline(dot)
    )
    return f'<path class="{classes}" d="{strokes}{"" if dot.sign == "cross" else "Z"}"/>'


def _text(text: Text) -> str:
    anchor = "" if text.anchor == "start" else f' text-anchor="{text.anchor}"'
    weight = ' font-weight="700"' if text.bold else ""
    return (
        f'<text class="text {text.role}" x="{number(text.x)}" y="{number(text.y)}"'
        f' font-size="{number(text.size)}"{anchor}{weight}>{escape(text.text)}</text>'
    )
