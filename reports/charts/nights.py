"""Nights by the clock: one row a night on a common axis, and the course of a single night.

Stages differ in colour and in height, so that they stay apart in grey print: the deeper the
sleep, the taller the bar; time awake is the lowest.
"""

from datetime import date, datetime, time, timedelta

from reports.analysis.facts import NightFacts, SleepFacts
from reports.analysis.measured import Stage
from reports.charts import figures
from reports.charts.parts import LEGEND_LINE, Key, hours, legend
from reports.charts.scales import Linear, ceil_to, floor_to
from reports.charts.scene import (
    Band,
    Bar,
    Frame,
    Line,
    Point,
    Role,
    Scene,
    Shape,
    Table,
    Text,
)
from reports.charts.words import Language, clock_length, hours_minutes, say, short_date

ROLES: dict[Stage, Role] = {
    Stage.DEEP: Role.STAGE_DEEP,
    Stage.N3: Role.STAGE_DEEP,
    Stage.LIGHT: Role.STAGE_LIGHT,
    Stage.N1: Role.STAGE_LIGHT,
    Stage.N2: Role.STAGE_LIGHT,
    Stage.REM: Role.STAGE_REM,
    Stage.AWAKE: Role.STAGE_AWAKE,
    Stage.ASLEEP: Role.STAGE_ASLEEP,
    Stage.UNKNOWN: Role.STAGE_UNKNOWN,
}
HEIGHTS: dict[Role, float] = {
    Role.STAGE_AWAKE: 0.35,
    Role.STAGE_REM: 0.6,
    Role.STAGE_LIGHT: 0.8,
    Role.STAGE_DEEP: 1.0,
    Role.STAGE_ASLEEP: 0.8,
    Role.STAGE_UNKNOWN: 0.2,
}
NAMES: dict[Role, str] = {
    Role.STAGE_DEEP: "deep",
    Role.STAGE_LIGHT: "light",
    Role.STAGE_REM: "rem",
    Role.STAGE_AWAKE: "awake",
    Role.STAGE_ASLEEP: "asleep",
    Role.STAGE_UNKNOWN: "unknown",
}
DATE_ROOM = 40.0
FIGURES_ROOM, NARROW_FIGURES_ROOM = 78.0, 52.0
NARROW = 320.0
AXIS_ROOM = 12.0
NARROWEST_ROW = 7.0


def raster(
    facts: SleepFacts | None, *, first: date, last: date, frame: Frame, language: Language
) -> Scene:
    """One row for each waking date `first..last`; a date without a night says so.

    Where the rows would become too narrow to read only the last days are drawn, and it says so.
    """
    days, first = (last - first).days + 1, _first_legible(first, last, frame)
    nights = {n.date: n for n in (facts.main_nights if facts else ()) if first <= n.date <= last}
    keys, top = legend(_keys(list(nights.values()), language), width=frame.width)
    clock = _clock(list(nights.values()), frame)
    count = (last - first).days + 1
    row = (frame.height - top - AXIS_ROOM) / count
    items: list[Shape | Point] = [*keys]
    if count < days:
        note = say(language, "raster_last", shown=count, all=days)
        items.append(Text(0, 7, note, size=6.8))
    items += _hours(clock, top + AXIS_ROOM, frame.height)
    for number in range(count):
        day = first + timedelta(days=number)
        y = top + AXIS_ROOM + number * row
        size = min(6.8, row * 0.86)
        items.append(Text(0, y + row / 2 + size * 0.36, short_date(day, language), size=size))
        night = nights.get(day)
        if night is None:
            items += _missing(clock, y, row, frame, size, language)
        else:
            items.append(_row(night, clock, y, row, language))
            items += _figures(night, y + row / 2 + size * 0.36, size, frame, language)
    return Scene(
        frame.width,
        frame.height,
        say(language, "raster_title"),
        say(language, "raster_description", nights=len(nights), days=count),
        tuple(items),
    )


def rows(facts: SleepFacts, *, language: Language) -> Table:
    """One line a night; naps are not listed."""
    keys = ("date", "bedtime", "wake", "tst", "efficiency")
    return Table(
        say(language, "raster_title"),
        tuple(say(language, key) for key in keys),
        tuple(
            (
                night.date.isoformat(),
                f"{night.started_at:%H:%M}",
                f"{night.ended_at:%H:%M}",
                hours_minutes(night.statistics.tst, language),
                _efficiency(night, language),
            )
            for night in facts.main_nights
        ),
    )


def minutes_into(night: NightFacts, moment: datetime) -> float:
    """Minutes from the midnight that begins the night's date to a moment, by elapsed time.

    Elapsed from the start of the night, so that a row has no hole when the clocks change.
    """
    midnight = datetime.combine(night.date, time())
    start = (night.started_at.replace(tzinfo=None) - midnight).total_seconds() / 60
    return start + (moment.timestamp() - night.started_at.timestamp()) / 60


def _first_legible(first: date, last: date, frame: Frame) -> date:
    rows = int((frame.height - LEGEND_LINE - 2 - AXIS_ROOM) / NARROWEST_ROW)
    return max(first, last - timedelta(days=max(rows, 1) - 1))


def _efficiency(night: NightFacts, language: Language) -> str:
    se = night.statistics.se
    return say(language, "none") if se is None else f"{figures.near(se, 85.0)} %"


def _keys(nights: list[NightFacts], language: Language) -> list[Key]:
    seen = {ROLES[segment.stage] for night in nights for segment in night.segments}
    staged = [Role.STAGE_DEEP, Role.STAGE_LIGHT, Role.STAGE_REM, Role.STAGE_AWAKE]
    shown = [role for role in NAMES if role in seen] or staged
    return [Key(say(language, NAMES[role]), role, "bar") for role in shown]


def _clock(nights: list[NightFacts], frame: Frame) -> Linear:
    starts = [minutes_into(night, night.started_at) for night in nights]
    ends = [minutes_into(night, night.ended_at) for night in nights]
    low = floor_to(min([-120.0, *starts]), 60)
    high = ceil_to(max([480.0, *ends]), 60)
    return Linear(low, high, DATE_ROOM, frame.width - figures_room(frame))


def figures_room(frame: Frame) -> float:
    """What the figures to the right of a night need; narrow frames use the short form."""
    return NARROW_FIGURES_ROOM if frame.width < NARROW else FIGURES_ROOM


def duration(minutes: float, frame: Frame, language: Language) -> str:
    """A length of time in words, or as `6:23` in a narrow frame."""
    return clock_length(minutes) if frame.width < NARROW else hours_minutes(minutes, language)


def _hours(clock: Linear, top: float, bottom: float) -> list[Shape]:
    shapes: list[Shape] = []
    for x, text in hours(clock):
        shapes.append(Line(x, top, x, bottom, Role.GRID))
        shapes.append(Text(x, top - 3.5, text, size=7, anchor="middle"))
    return shapes


def _missing(
    clock: Linear, y: float, row: float, frame: Frame, size: float, language: Language
) -> list[Shape]:
    words = say(language, "no_data")
    return [
        Band(clock.start, y + row * 0.1, clock.end - clock.start, row * 0.8, Role.NO_DATA),
        Text(frame.width, y + row / 2 + size * 0.36, words, size=size, anchor="end"),
    ]


def _row(night: NightFacts, clock: Linear, y: float, row: float, language: Language) -> Point:
    label = say(
        language,
        "night_label",
        date=night.date.isoformat(),
        start=f"{night.started_at:%H:%M}",
        end=f"{night.ended_at:%H:%M}",
        tst=hours_minutes(night.statistics.tst, language),
        se=_efficiency(night, language),
    )
    bottom = y + row * 0.92
    shapes: list[Shape] = []
    start = minutes_into(night, night.started_at)
    origin = night.started_at.timestamp()
    for segment in night.segments:
        begin = start + (segment.start.timestamp() - origin) / 60
        left, right = clock(begin), clock(begin + segment.minutes)
        role = ROLES[segment.stage]
        height = row * 0.84 * HEIGHTS[role]
        shapes.append(Bar(left, bottom - height, right - left, height, role))
    if not shapes:
        left, right = (clock(minutes_into(night, t)) for t in (night.started_at, night.ended_at))
        height = row * 0.84 * HEIGHTS[Role.STAGE_UNKNOWN]
        shapes = [Bar(left, bottom - height, right - left, height, Role.STAGE_UNKNOWN)]
    return Point(label, tuple(shapes))


def _figures(
    night: NightFacts, y: float, size: float, frame: Frame, language: Language
) -> list[Shape]:
    return [
        Text(
            frame.width - 26,
            y,
            duration(night.statistics.tst, frame, language),
            Role.VALUE,
            size,
            "end",
        ),
        Text(frame.width, y, _efficiency(night, language), Role.LABEL, size, "end"),
    ]
