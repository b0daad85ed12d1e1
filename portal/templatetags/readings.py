"""Template tags for sessions of readings and periods, as clinicians' tables show them."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from reports.analysis.facts import Session
from reports.analysis.measured import Pressure, Window
from reports.charts import figures

register = template.Library()


@register.simple_tag
def session_window(session: Session) -> str:
    """The part of the day a session belongs to."""
    match session.window:
        case Window.MORNING:
            return _("morning")
        case Window.EVENING:
            return _("evening")
        case Window.NIGHT:
            return _("night")
        case Window.OTHER:
            return _("other time")


@register.simple_tag
def session_pressure(session: Session, threshold: Pressure) -> SafeString:
    """`137/84`; at or above the threshold in bold with a triangle."""
    systolic = _near(session.systolic, threshold.systolic)
    diastolic = _near(session.diastolic, threshold.diastolic)
    if not threshold.reached_by(session.systolic, session.diastolic):
        return format_html("{}/{}", systolic, diastolic)
    return format_html(
        '<b>{}/{}</b> <span class="bad" title="{}">▲<span class="unseen">{}</span></span>',
        systolic,
        diastolic,
        _("at or above the threshold"),
        _("at or above the threshold"),
    )


@register.simple_tag
def session_remark(session: Session) -> str:
    """What the device flagged, and whether the session counts."""
    names = {
        "irregular_pulse": _("irregular pulse"),
        "body_movement": _("movement"),
        "cuff_loose": _("loose cuff"),
        "improper_position": _("position"),
        "pulse_out_of_range": _("pulse out of range"),
    }
    flags = sorted({flag for reading in session.readings for flag in reading.flags})
    words = [names.get(flag, flag) for flag in flags]
    if not session.used:
        words.insert(0, _("not used"))
    return ", ".join(words)


@register.simple_tag
def gone_of(lines: Iterable[Any], kinds: str, *, other: bool = False) -> list[Any]:
    """Of lines of readings (`portal.single.Line`) those of these kinds, or of every other kind."""
    return [line for line in lines if (line.single.kind in kinds.split()) != other]


@register.simple_tag
def last_day(end: date) -> str:
    """The last day of a half-open period."""
    return (end - timedelta(days=1)).isoformat()


def _near(value: float, line: float) -> str:
    # A single reading is whole as it came; only a mean needs a decimal beside the line.
    return figures.whole(value) if value.is_integer() else figures.near(value, line)
