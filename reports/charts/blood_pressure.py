"""Blood pressure over time: every session, the 7-day mean, the goal and the threshold.

Two panels share one time axis and one scale of mmHg, so a systolic goal zone never covers
diastolic values and a slope means the same in both. The 7-day mean breaks where days have no data.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from reports.analysis.facts import BloodPressureFacts
from reports.analysis.measured import Pressure, Window
from reports.charts import figures
from reports.charts.parts import Key, day_axis, legend
from reports.charts.scales import Days
from reports.charts.scene import (
    Dot,
    Frame,
    Line,
    Point,
    Role,
    Scene,
    Shape,
    Sign,
    Table,
    Text,
)
from reports.charts.trend_panels import (
    ROLES,
    Panel,
    adult_lines,
    ground,
    label_width,
    line_labels,
    mean_line,
    stack,
)
from reports.charts.trend_values import Value, to_draw, window_name
from reports.charts.words import Language, say, short_date

SIGNS: dict[Window, Sign] = {
    Window.MORNING: "dot",
    Window.EVENING: "ring",
    Window.OTHER: "diamond",
    Window.NIGHT: "triangle",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """Something to note on a day: a change of medication, or a value taken in the office."""

    day: date
    label: str
    office: Pressure | None = None


def trend(
    facts: BloodPressureFacts,
    *,
    frame: Frame,
    language: Language,
    marks: Sequence[Mark] = (),
    heading_room: float = 0,
) -> Scene:
    """The chart of a period; needs no readings, and shows daily means when there are too many.

    `heading_room` keeps that many points free at the top left, for a heading beside the legend.
    """
    right = frame.width - 8 - label_width(facts, language)
    days = Days(facts.days[0].date, facts.days[-1].date, 26, right)
    values, span = to_draw(facts, days, language)
    named = _keys(values, facts, span, language, marks)
    keys, top = legend(named, width=frame.width, heading_room=heading_room)
    offices = [mark.office for mark in marks if mark.office]
    panels = stack(facts, [*values, *offices], top=top + 3, bottom=frame.height - 14)
    items: list[Shape | Point] = [*keys]
    for panel in panels:
        items += ground(panel, facts, days, language)
    items += day_axis(days, y=panels[-1].bottom, language=language)
    items += [line for panel in panels for line in mean_line(panel, facts, days)]
    items += [_point(value, panels, days) for value in values]
    items += [point for mark in marks for point in _mark(mark, panels, days, language)]
    for panel in panels:
        items += line_labels(panel, facts, right + 4, language)
    if not values:
        middle = (panels[0].top + panels[-1].bottom) / 2
        text = say(language, "no_readings")
        items.append(Text((26 + right) / 2, middle, text, size=9, anchor="middle"))
    return Scene(
        frame.width,
        frame.height,
        say(language, "trend_title"),
        _description(facts, language),
        tuple(items),
    )


def rows(facts: BloodPressureFacts, *, language: Language) -> Table:
    """All sessions, newest last."""
    none = say(language, "none")
    keys = ("date", "time", "when", "systolic", "diastolic", "pulse", "readings")
    return Table(
        say(language, "trend_title"),
        tuple(say(language, key) for key in keys),
        tuple(
            (
                session.day.isoformat(),
                f"{session.started_at:%H:%M}",
                window_name(session, language),
                figures.whole(session.systolic),
                figures.whole(session.diastolic),
                none if session.pulse is None else figures.whole(session.pulse),
                str(session.n),
            )
            for session in facts.sessions
        ),
    )


def _description(facts: BloodPressureFacts, language: Language) -> str:
    text = say(
        language,
        "trend_description",
        sessions=facts.session_count,
        days=facts.days_with_data,
        all=len(facts.days),
        mean=figures.means(facts.mean, facts.threshold, facts.goal),
    )
    if adult_lines(facts):
        lines = {
            "threshold": figures.pressure(facts.threshold),
            "goal": figures.pressure(facts.goal),
        }
        text += say(language, "trend_lines", **lines)
    return text


def _keys(
    values: Sequence[Value],
    facts: BloodPressureFacts,
    span: int | None,
    language: Language,
    marks: Sequence[Mark],
) -> list[Key]:
    windows = {value.window for value in values if value.used}
    keys = [
        Key(say(language, window.value), Role.VALUE, sign)
        for window, sign in SIGNS.items()
        if window in windows or window in (Window.MORNING, Window.EVENING)
    ]
    if any(not value.used for value in values):
        keys.append(Key(say(language, "not_used"), Role.LABEL, "cross"))
    if any(mark.office for mark in marks):
        keys.append(Key(say(language, "office"), Role.MARK, "square"))
    keys.append(Key(say(language, "week_mean"), Role.VALUE, "line"))
    if adult_lines(facts):
        keys.append(Key(say(language, "goal_zone"), Role.GOAL, "band"))
    if facts.days_with_data < len(facts.days):
        keys.append(Key(say(language, "no_data"), Role.NO_DATA, "band"))
    if span is not None:
        text = "daily_means" if span == 1 else "period_means"
        words = say(language, text, count=len(facts.sessions), days=span)
        keys.insert(0, Key(words, Role.LABEL, "dot"))
    return keys


def _point(value: Value, panels: Sequence[Panel], days: Days) -> Point:
    x = days.at(value.day, value.fraction)
    r = 2.0 if days.step > 5 else 1.6
    sign: Sign = SIGNS[value.window] if value.used else "cross"
    return Point(
        value.label,
        tuple(
            Dot(
                x,
                panel.scale(getattr(value, panel.component)),
                r if value.used else r * 0.8,
                ROLES[panel.component] if value.used else Role.LABEL,
                sign,
            )
            for panel in panels
        ),
    )


def _mark(mark: Mark, panels: Sequence[Panel], days: Days, language: Language) -> Iterable[Point]:
    if not days.first <= mark.day <= days.last:
        return
    x = days.at(mark.day)
    label = f"{short_date(mark.day, language)}: {mark.label}"
    if mark.office:
        dots = (
            Dot(x, panel.scale(getattr(mark.office, panel.component)), 2.3, Role.MARK, "square")
            for panel in panels
        )
        value = figures.pair(mark.office.systolic, mark.office.diastolic)
        yield Point(f"{label} {say(language, 'office')} {value} mmHg", tuple(dots))
        return
    top = panels[0].top
    yield Point(
        label,
        (
            *(Line(x, panel.top, x, panel.bottom, Role.MARK) for panel in panels),
            Dot(x, top - 1, 2.4, Role.MARK, "flag"),
            Text(x + 4, top + 6, mark.label, Role.MARK, 6.5),
        ),
    )
