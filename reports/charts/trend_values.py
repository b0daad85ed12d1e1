"""Which dots the blood-pressure chart shows: sessions, or means of them when there are too many."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from reports.analysis.facts import BloodPressureFacts, Session
from reports.analysis.measured import Window
from reports.charts import figures
from reports.charts.scales import Days
from reports.charts.words import Language, say

TYPICAL_HOUR = {Window.MORNING: 0.3, Window.OTHER: 0.6, Window.EVENING: 0.85, Window.NIGHT: 0.1}
ROOM_PER_DOT = 2.2  # points a dot needs along the axis before dots hide each other


@dataclass(frozen=True, slots=True)
class Value:
    """One thing to draw: a session, or the mean of several where there are too many."""

    day: date
    fraction: float
    window: Window
    systolic: float
    diastolic: float
    used: bool
    label: str


def to_draw(
    facts: BloodPressureFacts, days: Days, language: Language
) -> tuple[list[Value], int | None]:
    """The values to draw, and over how many days each is a mean (None: single sessions)."""
    room = (days.end - days.start) / ROOM_PER_DOT
    if len(facts.sessions) <= room:
        return [_single(session, language) for session in facts.sessions], None
    span = next((n for n in (1, 7, 28) if 2 * days.count / n <= room), 91)
    return list(_means(facts.sessions, days.first, span, language)), span


def _single(session: Session, language: Language) -> Value:
    local = session.started_at
    late = (local.date() - session.day).days
    fraction = late + (local.hour * 60 + local.minute) / 1440
    return Value(
        session.day,
        min(max(fraction, 0.02), 0.98),
        session.window,
        session.systolic,
        session.diastolic,
        session.used,
        session_label(session, language),
    )


def _means(
    sessions: Iterable[Session], first: date, span: int, language: Language
) -> Iterable[Value]:
    def place(session: Session) -> tuple[int, str]:
        return (session.day - first).days // span, session.window.value

    used = sorted((s for s in sessions if s.used), key=place)
    for (bucket, window), group in groupby(used, key=place):
        members = list(group)
        day = first + timedelta(days=bucket * span)
        systolic = sum(s.systolic for s in members) / len(members)
        diastolic = sum(s.diastolic for s in members) / len(members)
        label = say(
            language,
            "session_label",
            when=day.isoformat(),
            window=say(language, window),
            value=figures.pair(systolic, diastolic),
        ) + say(language, "session_mean_of", count=len(members))
        fraction = TYPICAL_HOUR[Window(window)] * span
        yield Value(day, fraction, Window(window), systolic, diastolic, True, label)


def session_label(session: Session, language: Language) -> str:
    """`2026-09-19 07:38 Morning: 137/84 mmHg, pulse 72 (mean of 2)`."""
    text = say(
        language,
        "session_label",
        when=f"{session.started_at:%Y-%m-%d %H:%M}",
        window=window_name(session, language),
        value=figures.pair(session.systolic, session.diastolic),
    )
    if session.pulse is not None:
        text += say(language, "session_pulse", value=figures.whole(session.pulse))
    if session.n > 1:
        text += say(language, "session_mean_of", count=session.n)
    return text


def window_name(session: Session, language: Language) -> str:
    """The window in words, with a remark when the session is not used."""
    name = say(language, session.window.value)
    return name if session.used else f"{name}, {say(language, 'not_used')}"
