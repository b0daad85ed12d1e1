"""Colours on white paper, by what a shape means.

The page has the same roles as CSS custom properties (`reports/static/reports/charts.css`); every
data colour keeps a contrast of at least 3:1 and every text colour 4.5:1 against its ground.
"""

from dataclasses import dataclass

from reports.charts.scene import Role

INK = "#16212b"
SOFT = "#51606c"
RULE = "#c9d1d7"
PAPER = "#ffffff"
GOOD = "#1c6b3c"
BAD = "#a8281e"
WARN = "#8a5300"


@dataclass(frozen=True, slots=True)
class Style:
    """How a role looks as a stroke, as an area and as words."""

    stroke: str
    fill: str
    text: str = INK
    width: float = 0.8
    dash: tuple[float, ...] = ()


def _solid(colour: str, width: float = 0.8) -> Style:
    return Style(stroke=colour, fill=colour, text=colour, width=width)


PRINT: dict[Role, Style] = {
    Role.AXIS: Style("#7b8892", "#7b8892", SOFT, 0.6),
    Role.GRID: Style("#e3e8eb", "#f4f6f7", SOFT, 0.5),
    Role.NO_DATA: Style("#e6eaed", "#e6eaed", SOFT, 0.5),
    Role.SYSTOLIC: _solid("#00705f", 1.3),
    Role.DIASTOLIC: _solid("#8a5a1f", 1.3),
    Role.GOAL: Style("#2f7d4f", "#e2f2e7", GOOD, 0.9),
    Role.THRESHOLD: Style(BAD, "#f8e4e1", BAD, 0.9, (3.0, 2.0)),
    Role.BELOW: _solid("#7f929f"),
    Role.AT_OR_ABOVE: _solid(BAD),
    Role.REFERENCE: Style(GOOD, "#e2f2e7", GOOD, 0.9, (3.0, 2.0)),
    Role.MARK: _solid("#4a3a8c"),
    Role.SLEEP: _solid("#3f6fb5"),
    Role.STAGE_AWAKE: _solid("#c2620a"),
    Role.STAGE_REM: _solid("#9a3fae"),
    Role.STAGE_LIGHT: _solid("#4c8ad6"),
    Role.STAGE_DEEP: _solid("#16275c"),
    Role.STAGE_ASLEEP: _solid("#2f6f9f"),
    Role.STAGE_UNKNOWN: _solid("#8a949c"),
    Role.LABEL: Style(SOFT, SOFT, SOFT),
    Role.VALUE: Style(INK, INK, INK),
}
