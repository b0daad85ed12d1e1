"""What further kinds of devices measured, as pages show it: figures, a picture, a table.

Clinicians and members see the same: values as they are, without a judgement. An experimental hint,
where it is switched on, says at most that a doctor should see it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.pictures import Picture, picture
from portal.verdicts import Card, Verdict
from reports.analysis import display
from reports.analysis.facts import Summary
from reports.analysis.oximetry import Hint, OximetryFacts, Recording, Single
from reports.analysis.weight import WeightFacts
from reports.charts import oximetry, weight
from reports.charts.scene import Frame, Scene, Table
from reports.charts.words import Language

WEIGHT = Frame(500, 150), Frame(232, 150)
NIGHT = Frame(500, 150), Frame(232, 160)
MOST_RECORDINGS = 14
MINUS = "−"


@dataclass(frozen=True, slots=True)
class ShownSection:
    """One kind on a page. `hints` are experimental figures, empty unless they are switched on."""

    kind: str
    title: str
    unit: str
    aside: str
    cards: list[Card]
    picture: Picture | None = None
    hints: tuple[Card, ...] = ()
    table: Table | None = None


def shown_sections(summary: Summary, *, language: Language) -> list[ShownSection]:
    """The sections of those kinds that were measured, in the order of the house."""
    return [
        _SHOWN[kind](facts, summary, language)
        for kind, facts in summary.sections.items()
        if kind in _SHOWN
    ]


def _weight(facts: WeightFacts, summary: Summary, language: Language) -> ShownSection:
    def draw(frame: Frame) -> Scene:
        return weight.trend(
            facts, start=summary.start, end=summary.end, frame=frame, language=language
        )

    cards = [
        Card(
            _("Last value"),
            display.tenths(facts.last.kilograms),
            "kg",
            detail=f"{facts.last.at:%Y-%m-%d %H:%M}",
        )
    ]
    if facts.change is not None:
        since = _("since %(day)s") % {"day": f"{facts.first.at:%Y-%m-%d}"}
        cards.append(Card(_("Change"), _signed(facts.change), "kg", detail=since))
    span = f"{display.tenths(facts.lowest)}–{display.tenths(facts.highest)}"
    cards.append(Card(_("Range"), span, "kg"))
    if facts.body_fat is not None:
        fat = display.tenths(facts.body_fat.body_fat)
        when = f"{facts.body_fat.at:%Y-%m-%d}"
        cards.append(Card(_("Body fat"), fat, "%", detail=when))
    count = ngettext("%(n)s weighing", "%(n)s weighings", len(facts.weighings))
    return ShownSection(
        "weight",
        _("Weight"),
        "kg",
        count % {"n": len(facts.weighings)},
        cards,
        picture(
            draw,
            name="weight",
            wide=WEIGHT[0],
            narrow=WEIGHT[1],
            table=weight.rows(facts, language=language),
        ),
    )


def _oximetry(facts: OximetryFacts, summary: Summary, language: Language) -> ShownSection:
    title, unit = _("Blood oxygen"), "%"
    if not facts.recordings:
        cards = [_single(facts.singles[-1])]
        return ShownSection("oximetry", title, unit, "", cards, table=_singles(facts))
    last = facts.recordings[-1]

    def draw(frame: Frame) -> Scene:
        return oximetry.night(last, frame=frame, language=language)

    aside = _("the last recording, until %(when)s") % {"when": f"{last.ended_at:%Y-%m-%d %H:%M}"}
    cards = [
        Card(_("Mean"), display.tenths(last.mean), "%"),
        Card(_("Lowest"), str(last.lowest), "%"),
        Card(
            _("Under 90 %"),
            display.tenths(last.t90_minutes),
            _("min"),
            detail=_("%(share)s %% of the valid time") % {"share": display.tenths(last.t90_share)},
        ),
        Card(_("Valid signal"), display.tenths(last.valid_hours), _("h")),
    ]
    if facts.singles:
        cards.append(_single(facts.singles[-1]))
    return ShownSection(
        "oximetry",
        title,
        unit,
        aside,
        cards,
        picture(
            draw,
            name="oximetry",
            wide=NIGHT[0],
            narrow=NIGHT[1],
            table=oximetry.rows(last, language=language),
        ),
        hints=_hints(last.hint) if last.hint else (),
        table=_recordings(facts),
    )


_SHOWN: Mapping[str, Callable[[Any, Summary, Language], ShownSection]] = {
    "weight": _weight,
    "oximetry": _oximetry,
}


def _hints(hint: Hint) -> tuple[Card, ...]:
    if hint.odi3 is None or hint.odi4 is None:
        why = {
            "too_short": _("less than 4 hours of valid signal"),
            "too_coarse": _("the samples are more than 10 seconds apart"),
        }
        return (Card(_("Falls per hour"), "–", detail=why[hint.because or "too_short"]),)
    refer = Verdict("note", "stethoscope", _("worth showing to a doctor"))
    return (
        Card(_("Falls of 3 points (ODI3)"), display.tenths(hint.odi3), _("per hour")),
        Card(
            _("Falls of 4 points (ODI4)"),
            display.tenths(hint.odi4),
            _("per hour"),
            verdicts=(refer,) if hint.refer else (),
        ),
    )


def _single(one: Single) -> Card:
    detail = f"{one.at:%Y-%m-%d %H:%M}"
    if one.pulse is not None:
        detail += " · " + _("pulse %(pulse)s") % {"pulse": one.pulse}
    return Card(_("Single value"), str(one.spo2), "%", detail=detail)


def _singles(facts: OximetryFacts) -> Table:
    return Table(
        _("Single values"),
        (_("Time"), _("Oxygen, %"), _("Pulse /min")),
        tuple(
            (
                f"{one.at:%Y-%m-%d %H:%M}",
                str(one.spo2),
                "–" if one.pulse is None else str(one.pulse),
            )
            for one in reversed(facts.singles[-MOST_RECORDINGS:])
        ),
    )


def _recordings(facts: OximetryFacts) -> Table | None:
    """The latest recordings, when there is more than the one that is drawn."""
    if len(facts.recordings) < 2:
        return None

    def row(one: Recording) -> tuple[str, ...]:
        return (
            one.date.isoformat(),
            display.tenths(one.mean),
            str(one.lowest),
            display.tenths(one.t90_minutes),
            display.tenths(one.valid_hours),
        )

    return Table(
        _("Recordings by the day on which they ended"),
        (_("Night"), _("Mean %"), _("Lowest %"), _("Under 90 %, min"), _("Valid, h")),
        tuple(row(one) for one in reversed(facts.recordings[-MOST_RECORDINGS:])),
    )


def _signed(value: float) -> str:
    shown = display.half_up(abs(value), display.TENTH)
    if not shown:
        return "±0.0"
    return f"{'+' if value > 0 else MINUS}{shown}"
