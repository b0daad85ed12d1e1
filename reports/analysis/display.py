"""How a number is printed. Judging happens on unrounded numbers, printing never contradicts it.

A mean is printed rounded half up. Near a line it gets one decimal, and when even that would
print it on the wrong side of the line it is cut instead of rounded: 134.96 is below 135, so the
page says 134.9.
"""

from collections.abc import Iterable
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal

WHOLE = Decimal(1)
TENTH = Decimal("0.1")
NEAR = Decimal("0.5")


def half_up(value: float, quantum: Decimal = WHOLE) -> Decimal:
    """Rounded half up (away from zero) to the quantum: 134.5 is 135."""
    return Decimal(repr(float(value))).quantize(quantum, rounding=ROUND_HALF_UP)


def number(value: float | None, *, lines: Iterable[float] = (), missing: str = "–") -> str:
    """A positive number for people, whole, or with one decimal within 0.5 of one of `lines`."""
    if value is None:
        return missing
    exact = Decimal(repr(float(value)))
    near = [line for line in map(Decimal, map(repr, lines)) if abs(exact - line) <= NEAR]
    if not near:
        return str(half_up(value))
    shown = exact.quantize(TENTH, rounding=ROUND_HALF_UP)
    for line in near:
        if exact < line <= shown:
            shown = exact.quantize(TENTH, rounding=ROUND_DOWN)
        elif shown < line <= exact:
            shown = exact.quantize(TENTH, rounding=ROUND_UP)
    return str(shown)


def tenths(value: float | None, *, missing: str = "–") -> str:
    """`64.3`: rounded half up to one decimal."""
    return missing if value is None else str(half_up(value, TENTH))


def pressure(
    systolic: float | None,
    diastolic: float | None,
    *,
    lines: Iterable[tuple[float, float]] = (),
    missing: str = "–",
) -> str:
    """`134.9 / 84`: both components, each near its own lines printed with one decimal."""
    pairs = tuple(lines)
    return (
        f"{number(systolic, lines=[line[0] for line in pairs], missing=missing)} / "
        f"{number(diastolic, lines=[line[1] for line in pairs], missing=missing)}"
    )


def percent(value: float | None, *, missing: str = "–") -> str:
    """`55 %`, rounded half up."""
    return missing if value is None else f"{half_up(value)} %"


def hours_and_minutes(minutes: float | None, *, missing: str = "–") -> str:
    """`6 h 23 min`, rounded half up to the minute."""
    if minutes is None:
        return missing
    hours, rest = divmod(int(half_up(minutes)), 60)
    return f"{hours} h {rest:02d} min"
