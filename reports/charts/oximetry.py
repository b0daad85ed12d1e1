"""Oxygen saturation of one recording by the clock: a line with its gaps, and the 90 % line.

A recording has thousands of samples and a chart some hundred columns: each column draws the highest
and the lowest of its samples, so that no fall is lost. Where nothing valid is, nothing is drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean

from reports.analysis.display import tenths
from reports.analysis.oximetry import LOW, SECONDS_A_MINUTE, SECONDS_AN_HOUR, Recording
from reports.charts.parts import Key, hours, legend, value_axis
from reports.charts.scales import Linear, floor_to
from reports.charts.scene import (
    Band,
    Dot,
    Frame,
    Line,
    Point,
    Polyline,
    Role,
    Scene,
    Shape,
    Table,
    Text,
)
from reports.charts.words import Language, say, short_date

LEFT, RIGHT, BOTTOM = 30.0, 26.0, 16.0
HIGHEST, USUAL_LOWEST = 100, 85
STEP = 5
COLUMN = 1.5
NARROWEST_GAP = 2.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """Samples up to the next full hour, with the moment of the first."""

    at: datetime
    samples: tuple[int | None, ...]

    @property
    def valid(self) -> list[int]:
        return [value for value in self.samples if value is not None]


def night(recording: Recording, *, frame: Frame, language: Language) -> Scene:
    """The recording from its start to its end."""
    keys, top = legend(_keys(language), width=frame.width)
    minutes = _minutes(recording.started_at)
    lasts = len(recording.samples) * recording.sample_seconds / SECONDS_A_MINUTE
    clock = Linear(minutes, minutes + lasts, LEFT, frame.width - RIGHT)
    low = min(USUAL_LOWEST, floor_to(recording.lowest, STEP))
    scale = Linear(low, HIGHEST, frame.height - BOTTOM, top + 6)
    items: list[Shape | Point] = [*keys, *_gaps(recording, clock, scale)]
    items += value_axis(scale, range(low, HIGHEST + 1, STEP), left=clock.start, right=clock.end)
    items += _hours(clock, frame)
    items.append(Line(clock.start, scale(LOW), clock.end, scale(LOW), Role.REFERENCE))
    words = Text(clock.end + 3, scale(LOW) + 2.4, f"{LOW} %", Role.REFERENCE, 7)
    items.append(words)
    per_sample = recording.sample_seconds / SECONDS_A_MINUTE
    start = minutes
    for stretch in stretches(recording):
        places = [(clock(start + n * per_sample), v) for n, v in enumerate(stretch.samples)]
        shapes = _drawn(places, scale)
        if shapes:
            items.append(Point(_label(stretch, language), tuple(shapes)))
        start += len(stretch.samples) * per_sample
    return Scene(
        frame.width,
        frame.height,
        say(language, "oxygen_title", date=short_date(recording.date, language)),
        _description(recording, language),
        tuple(items),
    )


def rows(recording: Recording, *, language: Language) -> Table:
    """One line an hour."""
    keys = ("time", "mean", "lowest", "minutes_under_90", "minutes_valid")
    return Table(
        say(language, "oxygen_title", date=short_date(recording.date, language)),
        tuple(say(language, key) for key in keys),
        tuple(
            _row(stretch, recording.sample_seconds, language) for stretch in stretches(recording)
        ),
    )


def stretches(recording: Recording) -> list[Stretch]:
    """The recording cut at full hours."""
    found = []
    place, at = 0, recording.started_at
    while place < len(recording.samples):
        past = at.minute * SECONDS_A_MINUTE + at.second
        count = max(1, -(-(SECONDS_AN_HOUR - past) // recording.sample_seconds))
        found.append(Stretch(at, recording.samples[place : place + count]))
        place += count
        at += timedelta(seconds=count * recording.sample_seconds)
    return found


def _row(stretch: Stretch, seconds: int, language: Language) -> tuple[str, ...]:
    valid, none = stretch.valid, say(language, "none")
    under = sum(1 for value in valid if value < LOW) * seconds / SECONDS_A_MINUTE
    return (
        f"{stretch.at:%H:%M}",
        tenths(fmean(valid)) if valid else none,
        str(min(valid)) if valid else none,
        tenths(under) if valid else none,
        tenths(len(valid) * seconds / SECONDS_A_MINUTE),
    )


def _minutes(at: datetime) -> float:
    return at.hour * 60 + at.minute + at.second / 60


def _keys(language: Language) -> list[Key]:
    return [
        Key(say(language, "oxygen"), Role.SLEEP, "line"),
        Key(say(language, "no_signal"), Role.NO_DATA, "band"),
    ]


def _hours(clock: Linear, frame: Frame) -> list[Shape]:
    y = frame.height - BOTTOM
    shapes: list[Shape] = [Line(clock.start, y, clock.end, y, Role.AXIS)]
    for x, text in hours(clock):
        shapes.append(Line(x, y, x, y + 2.5, Role.AXIS))
        shapes.append(Text(x, y + 10, text, size=7, anchor="middle"))
    return shapes


def _gaps(recording: Recording, clock: Linear, scale: Linear) -> list[Shape]:
    """Grey where the sensor had no value, as far as it is wide enough to see."""
    shapes: list[Shape] = []
    per_sample = (clock.end - clock.start) / len(recording.samples)
    first: int | None = None
    for place, value in enumerate((*recording.samples, 0)):
        if value is None:
            first = place if first is None else first
        elif first is not None:
            width = (place - first) * per_sample
            if width >= NARROWEST_GAP:
                x = clock.start + first * per_sample
                shapes.append(Band(x, scale.end, width, scale.start - scale.end, Role.NO_DATA))
            first = None
    return shapes


def _drawn(places: Sequence[tuple[float, int | None]], scale: Linear) -> list[Shape]:
    """Runs of columns with something valid, each by its highest and its lowest sample."""
    columns: dict[int, list[int]] = {}
    for x, value in places:
        columns.setdefault(int(x / COLUMN), [])
        if value is not None:
            columns[int(x / COLUMN)].append(value)
    shapes: list[Shape] = []
    run: list[tuple[float, float]] = []
    for column, values in [*columns.items(), (-1, [])]:
        if values:
            x = (column + 0.5) * COLUMN
            run += [(x, scale(value)) for value in sorted({max(values), min(values)}, reverse=True)]
        elif run:
            drawn = (
                Polyline(tuple(run), Role.SLEEP) if len(run) > 1 else Dot(*run[0], 0.8, Role.SLEEP)
            )
            shapes.append(drawn)
            run = []
    return shapes


def _label(stretch: Stretch, language: Language) -> str:
    return say(
        language,
        "oxygen_label",
        time=f"{stretch.at:%H:%M}",
        mean=tenths(fmean(stretch.valid)),
        lowest=min(stretch.valid),
    )


def _description(recording: Recording, language: Language) -> str:
    return say(
        language,
        "oxygen_description",
        start=f"{recording.started_at:%H:%M}",
        end=f"{recording.ended_at:%H:%M}",
        mean=tenths(recording.mean),
        lowest=recording.lowest,
        share=tenths(recording.t90_share),
    )
