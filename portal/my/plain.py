"""A member's figures in plain words: goal, trend, next step. No grades, no red verdicts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.analysis import display
from reports.analysis.facts import BloodPressureFacts
from reports.analysis.warning_signs import is_crisis
from reports.charts import figures

SILENT_AFTER = timedelta(days=7)
SAME_WITHIN = 5  # mmHg: less than this from month to month is the noise of home readings
VERY_HIGH_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Plain:
    """What a member reads first. `mean` is empty when there is nothing to average."""

    mean: str
    goal: str
    position: str
    trend: str
    next_step: str
    measure_again: bool


def plain(
    facts: BloodPressureFacts | None, *, last_reading_at: datetime | None, now: datetime
) -> Plain:
    """The last weeks of a member in sentences."""
    if facts is None:
        return Plain(
            "", "", _("There are no readings in the last 30 days."), "", start_step(), False
        )
    return Plain(
        mean=figures.means(facts.mean, facts.goal),
        goal=_("Your goal: below %(goal)s") % {"goal": figures.pressure(facts.goal)},
        position=_position(facts),
        trend=_trend(facts),
        next_step=_next_step(facts, last_reading_at, now),
        measure_again=_very_high(facts, now),
    )


def start_step() -> str:
    """What somebody without readings does next."""
    return _("Measure in the morning and in the evening, two readings each time.")


def _position(facts: BloodPressureFacts) -> str:
    if facts.mean.systolic is None or facts.mean.diastolic is None:
        return _("The readings of this time could not be used.")
    if facts.no_category_because in ("under_18", "pregnancy"):
        return _("Your doctor tells you what these values mean for you.")
    if not facts.sufficient:
        return _("These are too few readings for an average you can rely on.")
    if facts.goal.reached_by(facts.mean.systolic, facts.mean.diastolic):
        return _("Your average is above your goal.")
    return _("Your average is within your goal.")


def _trend(facts: BloodPressureFacts) -> str:
    change = facts.change
    if change is None:
        return ""
    size = display.number(abs(change.difference))
    if abs(change.difference) < SAME_WITHIN:
        return _("The last 7 days are about the same as the 4 weeks before.")
    if change.difference > 0:
        return _("The last 7 days are %(size)s higher than the 4 weeks before.") % {"size": size}
    return _("The last 7 days are %(size)s lower than the 4 weeks before.") % {"size": size}


def _next_step(facts: BloodPressureFacts, last_reading_at: datetime | None, now: datetime) -> str:
    if last_reading_at is not None and now - last_reading_at > SILENT_AFTER:
        days = (now - last_reading_at).days
        return ngettext(
            "Your last reading was %(n)s day ago. Measure today, morning or evening.",
            "Your last reading was %(n)s days ago. Measure today, morning or evening.",
            days,
        ) % {"n": days}
    if not facts.sufficient:
        return start_step()
    mean = facts.mean
    if (
        mean.systolic is not None
        and mean.diastolic is not None
        and facts.goal.reached_by(mean.systolic, mean.diastolic)
    ):
        return _(
            "Keep measuring, and talk about it at your next visit. Do not change your medicine "
            "on your own."
        )
    return _("Go on as you do: morning and evening, two readings each time.")


def _very_high(facts: BloodPressureFacts, now: datetime) -> bool:
    latest = facts.placed[-1].reading if facts.placed else None
    return (
        latest is not None
        and now - latest.measured_at <= VERY_HIGH_FOR
        and is_crisis(latest.systolic, latest.diastolic)
    )
