"""Nights beside the morning that follows: time asleep below, next morning's pressure above.

Paired by date, with the number of pairs in the description; never drawn as a cause, so there is
no fitted line and no coefficient.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from reports.analysis.facts import NightAndMorning
from reports.charts import figures
from reports.charts.parts import LABEL_SIZE, Key, day_axis, legend, value_axis
from reports.charts.scales import Days, Linear, ceil_to, floor_to, text_width
from reports.charts.scene import Bar, Dot, Frame, Line, Point, Role, Scene, Shape, Sign, Table, Text
from reports.charts.words import Language, hours_minutes, say

LEFT = 24.0
GAP = 14.0
REFERENCE_HOURS = 7
USUAL_SYSTOLIC = 125.0
MOST_DAYS = 92


def nights_and_mornings(
    pairs: Sequence[NightAndMorning],
    *,
    first: date,
    last: date,
    threshold: float | None,
    frame: Frame,
    language: Language,
) -> Scene:
    """The paired chart over waking dates `first..last` (at most the last 92).

    `threshold` (systolic, mmHg) is None where adult lines do not apply.
    """
    first = max(first, last - timedelta(days=MOST_DAYS - 1))
    shown = [pair for pair in pairs if first <= pair.night <= last]
    labels = [say(language, "sleep_reference", value=REFERENCE_HOURS)]
    if threshold is not None:
        labels.append(say(language, "threshold_line", value=figures.whole(threshold)))
    right = frame.width - 8 - max(text_width(label, LABEL_SIZE) for label in labels)
    days = Days(first, last, LEFT, right)
    keys, top = legend(_keys(language), width=frame.width)
    upper, lower = _scales(shown, threshold, top + 3, frame.height - 14)
    items: list[Shape | Point] = [*keys]
    items += _ground(upper, lower, days, threshold, labels)
    items += day_axis(days, y=lower.start, language=language)
    items += [_pair(pair, upper, lower, days, language) for pair in shown]
    if not shown:
        middle = (LEFT + right) / 2, (top + lower.start) / 2
        items.append(Text(*middle, say(language, "no_pairs"), size=7.5, anchor="middle"))
    return Scene(
        frame.width,
        frame.height,
        say(language, "together_title"),
        say(language, "together_description", count=len(shown)),
        tuple(items),
    )


def rows(pairs: Sequence[NightAndMorning], *, language: Language) -> Table:
    """One line a pair."""
    keys = ("date", "tst", "efficiency", "systolic", "diastolic", "readings")
    none = say(language, "none")
    return Table(
        say(language, "together_title"),
        tuple(say(language, key) for key in keys),
        tuple(
            (
                pair.night.isoformat(),
                hours_minutes(pair.tst, language),
                none if pair.se is None else f"{figures.near(pair.se, 85.0)} %",
                figures.whole(pair.morning_systolic),
                figures.whole(pair.morning_diastolic),
                str(pair.morning_n),
            )
            for pair in pairs
        ),
    )


def _keys(language: Language) -> list[Key]:
    return [
        Key(say(language, "next_morning"), Role.SYSTOLIC, "dot"),
        Key(say(language, "after_poor_night"), Role.SYSTOLIC, "diamond"),
        Key(say(language, "time_asleep"), Role.SLEEP, "bar"),
    ]


def _scales(
    pairs: Sequence[NightAndMorning], threshold: float | None, top: float, bottom: float
) -> tuple[Linear, Linear]:
    values = [pair.morning_systolic for pair in pairs]
    middle = threshold or (sum(values) / len(values) if values else USUAL_SYSTOLIC)
    low = floor_to(min([middle - 15, *values]) - 2, 10)
    high = ceil_to(max([middle + 15, *values]) + 2, 10)
    most = ceil_to(max([9.0, *(pair.tst / 60 for pair in pairs)]), 1)
    split = top + 0.58 * (bottom - top - GAP)
    return Linear(low, high, split, top), Linear(0, most, bottom, split + GAP)


def _ground(
    upper: Linear, lower: Linear, days: Days, threshold: float | None, labels: Sequence[str]
) -> list[Shape]:
    step = 10 if upper.high - upper.low <= 40 else 20
    ticks = range(ceil_to(upper.low, step), int(upper.high) + 1, step)
    shapes = value_axis(upper, ticks, left=days.start, right=days.end)
    hours = range(0, int(lower.high) + 1, 3)
    shapes += value_axis(lower, hours, left=days.start, right=days.end, unit="h")
    lines = [(lower(REFERENCE_HOURS), Role.REFERENCE)]
    if threshold is not None:
        lines.append((upper(threshold), Role.THRESHOLD))
    for (y, role), label in zip(lines, labels, strict=True):
        shapes.append(Line(days.start, y, days.end, y, role))
        shapes.append(Text(days.end + 4, y + 2.5, label, role, LABEL_SIZE))
    return shapes


def _pair(
    pair: NightAndMorning, upper: Linear, lower: Linear, days: Days, language: Language
) -> Point:
    x = days.at(pair.night)
    half = min(4.5, 0.36 * days.step)
    top = lower(pair.tst / 60)
    label = say(
        language,
        "pair_label",
        date=pair.night.isoformat(),
        tst=hours_minutes(pair.tst, language),
        value=f"{figures.whole(pair.morning_systolic)}/{figures.whole(pair.morning_diastolic)}",
    )
    sign: Sign = "diamond" if pair.short or pair.broken else "dot"
    return Point(
        label,
        (
            Bar(x - half, top, 2 * half, lower.start - top, Role.SLEEP),
            Dot(x, upper(pair.morning_systolic), 2.4, Role.SYSTOLIC, sign),
        ),
    )
