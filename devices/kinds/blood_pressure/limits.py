"""What a living person's blood pressure can be, and from where on a person should act.

Source: the project's clinical rules. Pressures are mmHg, pulse is 1/min; bounds are inclusive.
"""

from datetime import timedelta
from decimal import Decimal

MMHG_PER_KPA = Decimal("7.500617")

SYSTOLIC = (50, 300)
DIASTOLIC = (30, 200)
PULSE = (25, 250)
SMALLEST_PULSE_PRESSURE = 10

CRISIS_SYSTOLIC = 180
CRISIS_DIASTOLIC = 120
# A second crisis reading this close to the first is no slip of the cuff.
SECOND_CRISIS_WITHIN = timedelta(minutes=15)
# What was measured longer ago says nothing about now.
ADVICE_FOR = timedelta(hours=24)

Number = float | Decimal


def doubt(*, systolic: Number, diastolic: Number, pulse: int | float | None) -> str | None:
    """Why these values cannot be a living person's; None when they can."""
    if not SYSTOLIC[0] <= systolic <= SYSTOLIC[1]:
        return f"systolic {systolic} mmHg is not within {SYSTOLIC[0]} to {SYSTOLIC[1]}."
    if not DIASTOLIC[0] <= diastolic <= DIASTOLIC[1]:
        return f"diastolic {diastolic} mmHg is not within {DIASTOLIC[0]} to {DIASTOLIC[1]}."
    if systolic < diastolic + SMALLEST_PULSE_PRESSURE:
        return (
            f"systolic {systolic} is less than {SMALLEST_PULSE_PRESSURE} mmHg above"
            f" diastolic {diastolic}."
        )
    if pulse is not None and not PULSE[0] <= pulse <= PULSE[1]:
        return f"pulse {pulse} is not within {PULSE[0]} to {PULSE[1]}."
    return None


def is_crisis(*, systolic: Number, diastolic: Number) -> bool:
    """Whether a person with these values should measure again now."""
    return systolic >= CRISIS_SYSTOLIC or diastolic >= CRISIS_DIASTOLIC
