"""Judgements as the report words them: insufficient data, children and pregnancy get none."""

from reports.analysis.facts import BloodPressureFacts, Means
from reports.analysis.measured import Pressure
from reports.charts import figures, palette
from reports.charts.trend_panels import adult_lines
from reports.pdf.sheet import Sheet, Verdict


def against_goal(sheet: Sheet, facts: BloodPressureFacts, means: Means) -> Verdict:
    """Whether a mean keeps below the treatment goal in both components."""
    goal = figures.pressure(facts.goal)
    if held := withheld(sheet, facts, means):
        return held
    if _reached(facts.goal, means):
        return Verdict("▲", sheet.say("above_goal", goal=goal), palette.BAD)
    return Verdict("✓", sheet.say("goal_reached", goal=goal), palette.GOOD)


def against_threshold(sheet: Sheet, facts: BloodPressureFacts, means: Means) -> Verdict:
    """Whether a mean is at or above the diagnostic threshold in either component."""
    threshold = figures.pressure(facts.threshold)
    if held := withheld(sheet, facts, means):
        return held
    if _reached(facts.threshold, means):
        return Verdict("▲", sheet.say("at_threshold", threshold=threshold), palette.BAD)
    return Verdict("✓", sheet.say("below_threshold", threshold=threshold), palette.GOOD)


def withheld(sheet: Sheet, facts: BloodPressureFacts, means: Means) -> Verdict | None:
    """Why nothing is judged, or None."""
    if not means.n:
        return Verdict("–", sheet.say("no_value"), palette.SOFT)
    if facts.no_category_because:
        words = sheet.say(f"not_judged_{facts.no_category_because}")
        return Verdict("–", words, palette.SOFT)
    return None


def at_or_above(facts: BloodPressureFacts, systolic: float, diastolic: float) -> bool:
    """Whether a table marks this pair; where adult lines do not apply nothing is marked."""
    return adult_lines(facts) and facts.threshold.reached_by(systolic, diastolic)


def _reached(line: Pressure, means: Means) -> bool:
    if means.systolic is None or means.diastolic is None:
        return False
    return line.reached_by(means.systolic, means.diastolic)
