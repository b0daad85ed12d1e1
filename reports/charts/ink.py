"""A PDF page in the scene's space: top left origin, y downwards, words remembered.

Drawing writes PDF operators itself and hands reportlab one finished page: a month's reports are
many, and formatting each number through reportlab's canvas costs most of a report's time. Dots
are strokes of no length with round ends: one operator instead of four curves. Words are drawn
after shapes, so nothing ever covers them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from reportlab.pdfgen.canvas import Canvas

from reports.charts.scene import Anchor

CURVE = 0.5523  # control points of a quarter circle, as a share of its radius


class Typeface(Protocol):
    """Two weights that a PDF can embed, and what they can print."""

    def printable(self, text: str) -> str:
        """The text with what the fonts cannot show replaced."""
        ...

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """The width of a text in points."""
        ...

    def show(self, text: str, size: float, *, bold: bool, canvas: Canvas) -> str:
        """The PDF operators that select the font and show the text."""
        ...


@dataclass(frozen=True, slots=True)
class Extent:
    """Where words landed: a box around the line, in points from the top left of the page."""

    page: int
    text: str
    left: float
    top: float
    right: float
    bottom: float


@lru_cache(maxsize=64)
def rgb(colour: str) -> str:
    """`#rrggbb` as the three operands of a PDF colour operator."""
    return " ".join(f"{part / 255:.4f}" for part in bytes.fromhex(colour[1:]))


@dataclass(slots=True)
class Ink:
    """Collects the shapes and the words of a page, and every text's extent."""

    canvas: Canvas
    height: float
    typeface: Typeface
    page: int = 1
    extents: list[Extent] = field(default_factory=list)
    _shapes: list[str] = field(default_factory=list)
    _words: list[str] = field(default_factory=list)
    _shown: dict[tuple[str, float, bool], str] = field(default_factory=dict)

    def end_page(self) -> None:
        """Hands this page to the canvas and begins the next."""
        self.canvas.addLiteral("\n".join([*self._shapes, "BT", *self._words, "ET"]))
        self.canvas.showPage()
        self._shapes.clear()
        self._words.clear()
        self.page += 1

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        colour: str,
        bold: bool = False,
        anchor: Anchor = "start",
    ) -> float:
        """Writes one line with its baseline at y and returns its width."""
        text = self.typeface.printable(text)
        if not text:
            return 0.0
        width = self.typeface.width(text, size, bold=bold)
        left = x - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
        shown = self._show(text, size, bold)
        self._words.append(f"{rgb(colour)} rg 1 0 0 1 {left:.2f} {self.height - y:.2f} Tm {shown}")
        # Ascent and descent of digits and capitals, not of the font's line box.
        extent = (left, y - 0.76 * size, left + width, y + 0.14 * size)
        self.extents.append(Extent(self.page, text, *extent))
        return width

    def rectangle(
        self, x: float, y: float, width: float, height: float, *, colour: str, radius: float = 0.0
    ) -> None:
        """Fills an area."""
        path = self._rectangle(x, y, width, height, radius)
        self._shapes.append(f"{rgb(colour)} rg {path} f")

    def outline(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        colour: str,
        line: float = 0.6,
        radius: float = 0.0,
    ) -> None:
        """Strokes the edge of an area."""
        path = self._rectangle(x, y, width, height, radius)
        self._shapes.append(f"{rgb(colour)} RG {line:.2f} w {path} S")

    def line(
        self,
        points: Sequence[tuple[float, float]],
        *,
        colour: str,
        width: float,
        dash: Iterable[float] = (),
    ) -> None:
        """Strokes an open run through the points."""
        pattern = " ".join(f"{part:g}" for part in dash)
        before, after = (f"[{pattern}] 0 d ", " [] 0 d") if pattern else ("", "")
        path = self._path(points)
        self._shapes.append(f"{before}{rgb(colour)} RG {width:.2f} w {path} S{after}")

    def area(self, points: Sequence[tuple[float, float]], *, colour: str) -> None:
        """Fills a polygon."""
        self._shapes.append(f"{rgb(colour)} rg {self._path(points)} h f")

    def dot(self, x: float, y: float, r: float, *, colour: str, hole: str | None = None) -> None:
        """A filled disc, or a ring around a hole of the given colour."""
        place = f"{x:.2f} {self.height - y:.2f}"
        disc = f"1 J {rgb(colour)} RG {2 * r:.2f} w {place} m {place} l S"
        if hole:
            disc += f" {rgb(hole)} RG {r:.2f} w {place} m {place} l S"
        self._shapes.append(f"{disc} 0 J")

    def _show(self, text: str, size: float, bold: bool) -> str:
        key = (text, size, bold)
        if key not in self._shown:
            self._shown[key] = self.typeface.show(text, size, bold=bold, canvas=self.canvas)
        return self._shown[key]

    def _path(self, points: Sequence[tuple[float, float]]) -> str:
        (x, y), *rest = points
        steps = [f"{x:.2f} {self.height - y:.2f} m"]
        steps += [f"{x:.2f} {self.height - y:.2f} l" for x, y in rest]
        return " ".join(steps)

    def _rectangle(self, x: float, y: float, width: float, height: float, radius: float) -> str:
        bottom = self.height - y - height
        if not radius:
            return f"{x:.2f} {bottom:.2f} {width:.2f} {height:.2f} re"
        return _rounded(x, bottom, x + width, bottom + height, radius)


def _rounded(left: float, bottom: float, right: float, top: float, r: float) -> str:
    c = r * (1 - CURVE)
    return (
        f"{left + r:.2f} {bottom:.2f} m {right - r:.2f} {bottom:.2f} l "
        f"{right - c:.2f} {bottom:.2f} {right:.2f} {bottom + c:.2f} "
        f"{right:.2f} {bottom + r:.2f} c {right:.2f} {top - r:.2f} l "
        f"{right:.2f} {top - c:.2f} {right - c:.2f} {top:.2f} {right - r:.2f} {top:.2f} c "
        f"{left + r:.2f} {top:.2f} l {left + c:.2f} {top:.2f} {left:.2f} {top - c:.2f} "
        f"{left:.2f} {top - r:.2f} c {left:.2f} {bottom + r:.2f} l "
        f"{left:.2f} {bottom + c:.2f} {left + c:.2f} {bottom:.2f} "
        f"{left + r:.2f} {bottom:.2f} c h"
    )
