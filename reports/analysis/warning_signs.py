"""Predicates that alerts and the worklist rest on. They name a sign; they open nothing."""

from collections.abc import Iterable
from datetime import date, timedelta

from devices.kinds.blood_pressure.limits import CRISIS_DIASTOLIC, CRISIS_SYSTOLIC
from reports.analysis.facts import Change, Placed
from reports.analysis.figures import means
from reports.analysis.measured import Pressure, Reading

# One line for the answer to the device and for the alert that follows.
CRISIS = Pressure(CRISIS_SYSTOLIC, CRISIS_DIASTOLIC)
LOW_SYSTOLIC = 90
LOW_TWICE = 2

RECENT_DAYS = 7
PREVIOUS_DAYS = 28
MINIMUM_DAYS_EACH = 3
WORSENING_MMHG = 10


def is_crisis(systolic: float, diastolic: float) -> bool:
    """At or over 180 or 120: measure again at once. A safety line, never a diagnosis."""
    return CRISIS.reached_by(systolic, diastolic)


def is_severe_by_aha(systolic: float, diastolic: float) -> bool:
    """Strictly over 180 or 120, as AHA/ACC 2017 and 2025 word it."""
    return systolic > CRISIS.systolic or diastolic > CRISIS.diastolic


def is_low(systolic: float, *, limit: float = LOW_SYSTOLIC) -> bool:
    """Under 90 mmHg systolic, or under the limit a clinician set. Diastolic alone never counts."""
    return systolic < limit


def is_low_session(readings: Iterable[Reading], *, limit: float = LOW_SYSTOLIC) -> bool:
    """Low twice in one session."""
    return sum(is_low(reading.systolic, limit=limit) for reading in readings) >= LOW_TWICE


def change(placed: Iterable[Placed], *, end: date) -> Change | None:
    """The mean of the 7 days before `end` (exclusive) against the 28 days before them.

    None unless each side has used readings on at least 3 days.
    """
    since = end - timedelta(days=RECENT_DAYS)
    before = since - timedelta(days=PREVIOUS_DAYS)
    used = [item for item in placed if item.used and before <= item.day < end]
    recent = [item for item in used if item.day >= since]
    previous = [item for item in used if item.day < since]
    recent_days = len({item.day for item in recent})
    previous_days = len({item.day for item in previous})
    if min(recent_days, previous_days) < MINIMUM_DAYS_EACH:
        return None
    now, then = means(recent).systolic, means(previous).systolic
    assert now is not None
    assert then is not None
    return Change(now, then, recent_days, previous_days)


def is_worsening(found: Change | None) -> bool:
    """Ten or more mmHg over the person's own previous four weeks."""
    return found is not None and found.difference >= WORSENING_MMHG
