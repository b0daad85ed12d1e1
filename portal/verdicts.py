"""Figures with what they mean, for clinicians: a word, a symbol and a tone; never colour alone.

The treatment goal and the diagnostic threshold are two different lines, and every card names
both. Judging happens on unrounded numbers, here as in the analysis.
"""

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from reports.analysis import display
from reports.analysis.facts import BloodPressureFacts, Means, Placed, SleepFacts
from reports.analysis.measured import Pressure
from reports.analysis.sleep import GOOD_AND_POOR
from reports.charts import figures

Tone = Literal["good", "warn", "bad", "note", "soft"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judgement in words with its symbol (a lucide icon) and tone (a CSS class)."""

    tone: Tone
    icon: str
    words: str


@dataclass(frozen=True, slots=True)
class Card:
    """A figure with its unit, what it is measured against, and a line of detail."""

    label: str
    value: str
    unit: str = ""
    verdicts: tuple[Verdict, ...] = ()
    detail: str = ""

    @property
    def tone(self) -> Tone:
        """The tone of the card's edge: the first verdict leads."""
        return self.verdicts[0].tone if self.verdicts else "soft"


def pressure_cards(facts: BloodPressureFacts) -> list[Card]:
    """What a clinician wants in the first seconds: enough data, mean, morning, evening, share,
    highest, direction."""
    return [
        _sufficiency(facts),
        _means(facts, facts.mean, _("Mean")),
        _means(facts, facts.morning, _("Morning"), detail=_difference(facts)),
        _means(facts, facts.evening, _("Evening")),
        _share(facts),
        _highest(facts.highest, facts),
        _direction(facts),
    ]


def not_judged(facts: BloodPressureFacts) -> Verdict | None:
    """Why nothing is judged, if so."""
    match facts.no_category_because:
        case None:
            return None
        case "under_18":
            return Verdict("soft", "circle-question-mark", _("Not judged: under 18"))
        case "pregnancy":
            return Verdict("soft", "circle-question-mark", _("Not judged: pregnancy"))
        case _:
            return Verdict("soft", "circle-question-mark", _("Too few readings to judge"))


def against_goal(systolic: float, diastolic: float, goal: Pressure) -> Verdict:
    """A pressure beside the person's treatment goal."""
    text = {"goal": figures.pressure(goal)}
    if goal.reached_by(systolic, diastolic):
        return Verdict("warn", "arrow-up", _("Above goal <%(goal)s") % text)
    return Verdict("good", "check", _("Within goal <%(goal)s") % text)


def against_threshold(systolic: float, diastolic: float, threshold: Pressure) -> Verdict:
    """A pressure beside the diagnostic threshold."""
    text = {"threshold": figures.pressure(threshold)}
    if threshold.reached_by(systolic, diastolic):
        return Verdict("bad", "triangle-alert", _("At or above threshold %(threshold)s") % text)
    return Verdict("soft", "minus", _("Below threshold %(threshold)s") % text)


def _means(facts: BloodPressureFacts, means: Means, label: str, *, detail: str = "") -> Card:
    if means.systolic is None or means.diastolic is None:
        return Card(label, "–", detail=_("No readings"))
    refused = not_judged(facts)
    verdicts = (
        (refused,)
        if refused
        else (
            against_goal(means.systolic, means.diastolic, facts.goal),
            against_threshold(means.systolic, means.diastolic, facts.threshold),
        )
    )
    counted = _("n %(n)s") % {"n": means.n}
    if means.pulse is not None:
        counted += " · " + _("pulse %(pulse)s/min") % {"pulse": figures.whole(means.pulse)}
    return Card(
        label,
        figures.means(means, facts.threshold, facts.goal),
        "mmHg",
        verdicts,
        " · ".join(part for part in (counted, detail) if part),
    )


def _difference(facts: BloodPressureFacts) -> str:
    if facts.me_difference is None:
        return ""
    return _("morning − evening %(value)s mmHg") % {"value": signed(facts.me_difference)}


def _sufficiency(facts: BloodPressureFacts) -> Card:
    verdict = (
        Verdict("good", "check", _("Enough to assess"))
        if facts.sufficient
        else Verdict("warn", "circle-question-mark", _("Not enough to assess"))
    )
    detail = _("%(used)s of %(all)s readings used") % {"used": facts.used, "all": facts.readings}
    if not facts.sufficient:
        detail += " · " + _("needs 3 days and 12 used readings, one in the last 7 days")
    return Card(
        _("Days with data"),
        f"{facts.days_with_data}/{len(facts.days)}",
        verdicts=(verdict,),
        detail=detail,
    )


def _share(facts: BloodPressureFacts) -> Card:
    label = _("Readings at or above %(threshold)s") % {
        "threshold": figures.pressure(facts.threshold)
    }
    if facts.share_at_or_above is None:
        return Card(label, "–")
    count = round(facts.share_at_or_above * facts.used / 100)
    return Card(
        label,
        display.percent(facts.share_at_or_above),
        detail=_("%(n)s of %(all)s used readings, either value") % {"n": count, "all": facts.used},
    )


def _highest(highest: Placed | None, facts: BloodPressureFacts) -> Card:
    if highest is None:
        return Card(_("Highest reading"), "–")
    reading = highest.reading
    return Card(
        _("Highest reading"),
        f"{reading.systolic}/{reading.diastolic}",
        "mmHg",
        detail=f"{highest.local:%Y-%m-%d %H:%M}",
    )


def _direction(facts: BloodPressureFacts) -> Card:
    change = facts.change
    if change is None:
        return Card(
            _("Direction (systolic)"),
            "–",
            detail=_("needs 3 days in the last 7 and in the 4 weeks before"),
        )
    verdict = (
        Verdict("warn", "trending-up", _("Worsening (10 or more)"))
        if change.difference >= 10
        else Verdict("good", "check", _("No worsening (10 or more)"))
    )
    return Card(
        _("Direction (systolic)"),
        signed(change.difference),
        "mmHg",
        (verdict,),
        _("last 7 days %(recent)s · 4 weeks before %(previous)s")
        % {"recent": figures.whole(change.recent), "previous": figures.whole(change.previous)},
    )


def signed(value: float) -> str:
    """`+8`, `−3`, `0`: rounded half up, with a true minus."""
    whole = figures.whole(abs(value))
    if whole == "0":
        return "0"
    return f"+{whole}" if value > 0 else f"−{whole}"


def sleep_cards(facts: SleepFacts) -> list[Card]:
    """Time asleep, efficiency, bedtime, nights: the numbers over the period."""
    good, poor = GOOD_AND_POOR["se"]
    cards = [
        Card(
            _("Mean time asleep"),
            display.hours_and_minutes(facts.mean_tst),
            detail=_("%(n)s of %(all)s nights under 7 h")
            % {"n": facts.short_nights, "all": len(facts.main_nights)},
        )
    ]
    if facts.mean_se is not None:
        verdict = (
            Verdict("good", "check", _("Good (85 % or more)"))
            if facts.mean_se >= good
            else Verdict("bad", "triangle-alert", _("Poor (under 75 %)"))
            if facts.mean_se < poor
            else Verdict("warn", "minus", _("Between 75 and 85 %"))
        )
        shown = display.number(facts.mean_se, lines=(good, poor))
        cards.append(
            Card(_("Sleep efficiency"), f"{shown} %", "", (verdict,), _("asleep / time in bed"))
        )
    if facts.bedtime is not None:
        detail = _("wakes %(time)s") % {"time": clock(facts.wake_time)}
        if facts.bedtime_sd is not None:
            detail = f"± {figures.whole(facts.bedtime_sd)} min · {detail}"
        cards.append(Card(_("Bedtime"), clock(facts.bedtime), detail=detail))
    return cards


def clock(minutes: float | None) -> str:
    """Minutes after midnight as a time of day."""
    if minutes is None:
        return "–"
    hour, minute = divmod(int(minutes + 0.5) % 1440, 60)
    return f"{hour:02d}:{minute:02d}"
