"""The course of one night: stages as steps against the clock, with each stage's share."""

from reports.analysis.facts import NightFacts
from reports.analysis.measured import Stage
from reports.charts import figures
from reports.charts.nights import NAMES, ROLES, duration, figures_room, minutes_into
from reports.charts.parts import hours
from reports.charts.scales import Linear
from reports.charts.scene import (
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
from reports.charts.words import Language, say

LEVELS = (Role.STAGE_AWAKE, Role.STAGE_REM, Role.STAGE_LIGHT, Role.STAGE_DEEP)
LEFT = 40.0
BOTTOM = 14.0
TOP = 3.0


def hypnogram(night: NightFacts, *, frame: Frame, language: Language) -> Scene:
    """Awake on top, deep sleep at the bottom; what a device cannot stage has its own row."""
    used = {ROLES[segment.stage] for segment in night.segments}
    levels = [role for role in NAMES if role in used and role not in LEVELS]
    levels = (
        [*LEVELS, *levels]
        if used & set(LEVELS) - {Role.STAGE_AWAKE}
        else [
            Role.STAGE_AWAKE,
            *levels,
        ]
    )
    bottom = frame.height - BOTTOM
    step = (bottom - TOP) / len(levels)
    centre = {role: TOP + (number + 0.5) * step for number, role in enumerate(levels)}
    start = minutes_into(night, night.started_at)
    clock = Linear(
        start, minutes_into(night, night.ended_at), LEFT, frame.width - figures_room(frame)
    )
    items: list[Shape | Point] = []
    for role, y in centre.items():
        items.append(Line(clock.start, y, clock.end, y, Role.GRID))
        items.append(Text(clock.start - 5, y + 2.5, say(language, NAMES[role]), anchor="end"))
        items += _share(night, role, clock.end + 6, y + 2.5, frame, language)
    items += _hours(clock, bottom)
    items += _steps(night, clock, centre, min(6.0, step * 0.5), language)
    return Scene(
        frame.width,
        frame.height,
        say(language, "hypnogram_title"),
        say(
            language,
            "hypnogram_description",
            start=f"{night.started_at:%Y-%m-%d %H:%M}",
            end=f"{night.ended_at:%H:%M}",
        ),
        tuple(items),
    )


def rows(night: NightFacts, *, language: Language) -> Table:
    """The stages in order."""
    return Table(
        say(language, "hypnogram_title"),
        tuple(say(language, key) for key in ("time", "stage", "minutes")),
        tuple(
            (
                f"{segment.start:%H:%M}",
                _stage_name(segment.stage, language),
                figures.whole(segment.minutes),
            )
            for segment in night.segments
        ),
    )


def _stage_name(stage: Stage, language: Language) -> str:
    name = say(language, NAMES[ROLES[stage]])
    return f"{name} ({stage.value.upper()})" if stage.value.startswith("n") else name


def _share(
    night: NightFacts, role: Role, x: float, y: float, frame: Frame, language: Language
) -> list[Shape]:
    minutes = sum(s.minutes for s in night.segments if ROLES[s.stage] is role)
    asleep = sum(s.minutes for s in night.segments if s.stage.is_sleep)
    words = duration(minutes, frame, language)
    shapes: list[Shape] = [Text(frame.width - 26, y, words, Role.VALUE, 7, "end")]
    if role not in (Role.STAGE_AWAKE, Role.STAGE_UNKNOWN) and asleep:
        percent = f"{figures.whole(100 * minutes / asleep)} %"
        shapes.append(Text(frame.width, y, percent, Role.LABEL, 7, "end"))
    return shapes


def _hours(clock: Linear, bottom: float) -> list[Shape]:
    shapes: list[Shape] = [Line(clock.start, bottom, clock.end, bottom, Role.AXIS)]
    for x, text in hours(clock):
        shapes.append(Line(x, bottom, x, bottom + 2.5, Role.AXIS))
        shapes.append(Text(x, bottom + 10.5, text, size=7, anchor="middle"))
    return shapes


def _steps(
    night: NightFacts,
    clock: Linear,
    centre: dict[Role, float],
    thickness: float,
    language: Language,
) -> list[Shape | Point]:
    items: list[Shape | Point] = []
    before: float | None = None
    for segment in night.segments:
        role = ROLES[segment.stage]
        start = minutes_into(night, segment.start)
        left, right = clock(start), clock(start + segment.minutes)
        y = centre[role]
        if before is not None and before != y:
            items.append(Line(left, before, left, y, Role.AXIS))
        label = say(
            language,
            "stage_label",
            start=f"{segment.start:%H:%M}",
            stage=_stage_name(segment.stage, language),
            minutes=figures.whole(segment.minutes),
        )
        bar = Bar(left, y - thickness / 2, right - left, thickness, role)
        items.append(Point(label, (bar,)))
        before = y
    return items
