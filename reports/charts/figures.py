"""Figures as charts print them: compact pairs over the rounding rules of `analysis.display`."""

from reports.analysis import display
from reports.analysis.facts import Means
from reports.analysis.measured import Pressure


def whole(value: float) -> str:
    """Rounded half up."""
    return str(display.half_up(value))


def near(value: float | None, *lines: float) -> str:
    """Rounded half up; one decimal within 0.5 of a line, so that a print never hides a side."""
    return display.number(value, lines=lines)


def beside(value: float, line: float) -> str:
    """Whole where that keeps the value on its side of the line, else as `near`; for tables."""
    rounded = whole(value)
    return rounded if (float(rounded) >= line) == (value >= line) else near(value, line)


def pair(systolic: float, diastolic: float) -> str:
    """`137/84`."""
    return f"{whole(systolic)}/{whole(diastolic)}"


def pressure(value: Pressure) -> str:
    """A goal or a threshold, `135/85`."""
    return pair(value.systolic, value.diastolic)


def means(value: Means, *lines: Pressure) -> str:
    """Both means, `134.6/82`, or a dash when there are none."""
    if value.systolic is None:
        return display.number(None)
    systolic = near(value.systolic, *(line.systolic for line in lines))
    return f"{systolic}/{near(value.diastolic, *(line.diastolic for line in lines))}"
