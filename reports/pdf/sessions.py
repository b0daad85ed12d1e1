"""All session means: by day where sleep shares the page, one by one where there is room."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from reports.analysis.facts import BloodPressureFacts, Session
from reports.analysis.measured import Window
from reports.charts import figures
from reports.charts.words import short_date
from reports.pdf.document import ReportDocument
from reports.pdf.sheet import BOTTOM, LEFT, WIDTH, Cell, Column, Sheet
from reports.pdf.verdicts import at_or_above

GROUPS = 3
GUTTER = 16.0
DAY_STEP = 8.3
SESSION_STEPS = (10.6, 15.0)  # as tight as needed, as airy as there is room
MOST_DAYS = 33


def by_day(sheet: Sheet, document: ReportDocument, y: float, *, most_days: int = MOST_DAYS) -> None:
    """One line a day with morning, evening and other; at most the last days of the period."""
    facts = document.facts.blood_pressure
    count = min(document.days, most_days)
    days = [document.last - timedelta(days=n) for n in reversed(range(count))]
    note = _note(sheet, document)
    if count < document.days:
        note = f"{sheet.say('sessions_last', shown=count, all=document.days)} · {note}"
    sheet.heading(y + 8, sheet.say("sessions"), note)
    if facts is None:
        sheet.write(LEFT, y + 22, sheet.say("no_pressure"), size=8)
        return
    found = _by_day_and_window(facts.sessions)
    rows = [_day_row(day, found, facts, sheet) for day in days]
    headings = ("date", "morning", "evening", "other_or_night")
    places = (0.0, 31.0, 77.0, 122.0)
    _in_groups(sheet, y + 20, headings, places, rows, step=DAY_STEP, size=6.7)


def one_by_one(sheet: Sheet, document: ReportDocument, y: float) -> None:
    """One line a session; by day instead when there are more than the page holds."""
    facts = document.facts.blood_pressure
    sessions = facts.sessions if facts else ()
    room, (tight, airy) = BOTTOM - 14 - (y + 20), SESSION_STEPS
    if facts is None or len(sessions) > GROUPS * int(room / tight):
        by_day(sheet, document, y, most_days=GROUPS * int(room / DAY_STEP))
        return
    sheet.heading(y + 8, sheet.say("sessions"), _note(sheet, document))
    rows = [_session_row(session, facts, sheet) for session in sessions]
    headings = ("date", "time", "window", "pressure", "pulse_short")
    places = (0.0, 34.0, 60.0, 96.0, 142.0)
    step = min(airy, max(tight, room / max(1, -(-len(rows) // GROUPS))))
    _in_groups(sheet, y + 20, headings, places, rows, step=step, size=7.6)


def _note(sheet: Sheet, document: ReportDocument) -> str:
    parts = [sheet.say("sessions_note"), sheet.say("none_note")]
    if document.adult_lines:
        threshold = figures.pressure(document.rules.threshold)
        parts.insert(1, sheet.say("marked", threshold=threshold))
    return " · ".join(parts)


def _in_groups(
    sheet: Sheet,
    y: float,
    headings: Sequence[str],
    places: Sequence[float],
    rows: Sequence[Sequence[Cell]],
    *,
    step: float,
    size: float,
) -> None:
    width = (WIDTH - (GROUPS - 1) * GUTTER) / GROUPS
    lines = max(1, -(-len(rows) // GROUPS))
    for group in range(GROUPS):
        part = rows[group * lines : (group + 1) * lines]
        if not part and group:
            continue
        left = LEFT + group * (width + GUTTER)
        columns = [
            Column(sheet.say(heading), left + place)
            for heading, place in zip(headings, places, strict=True)
        ]
        sheet.table(y, columns, part, left=left, right=left + width, step=step, size=size)


def _by_day_and_window(sessions: Iterable[Session]) -> dict[tuple[date, str], list[Session]]:
    found: dict[tuple[date, str], list[Session]] = {}
    for session in sessions:
        if session.used:
            named = session.window in (Window.MORNING, Window.EVENING)
            window = session.window.value if named else "other"
            found.setdefault((session.day, window), []).append(session)
    return found


def _day_row(
    day: date,
    found: dict[tuple[date, str], list[Session]],
    facts: BloodPressureFacts,
    sheet: Sheet,
) -> list[Cell]:
    windows = ("morning", "evening", "other")
    cells = [_pressure_cell(found.get((day, window), []), facts) for window in windows]
    return [Cell(short_date(day, sheet.language)), *cells]


def _pressure_cell(sessions: Sequence[Session], facts: BloodPressureFacts) -> Cell:
    if not sessions:
        return Cell("–")
    systolic = sum(session.systolic for session in sessions) / len(sessions)
    diastolic = sum(session.diastolic for session in sessions) / len(sessions)
    reached = at_or_above(facts, systolic, diastolic)
    text = _printed(systolic, diastolic, facts)
    return Cell(f"▲ {text}" if reached else text, strong=reached)


def _session_row(session: Session, facts: BloodPressureFacts, sheet: Sheet) -> list[Cell]:
    reached = at_or_above(facts, session.systolic, session.diastolic)
    text = _printed(session.systolic, session.diastolic, facts)
    if not session.used:
        reached, text = False, f"({text})"
    return [
        Cell(short_date(session.day, sheet.language)),
        Cell(f"{session.started_at:%H:%M}"),
        Cell(sheet.say(session.window.value)),
        Cell(f"▲ {text}" if reached else text, strong=reached),
        Cell("–" if session.pulse is None else figures.whole(session.pulse)),
    ]


def _printed(systolic: float, diastolic: float, facts: BloodPressureFacts) -> str:
    """Both values; one decimal only where rounding would print a value over the line."""
    upper = figures.beside(systolic, facts.threshold.systolic)
    return f"{upper}/{figures.beside(diastolic, facts.threshold.diastolic)}"
