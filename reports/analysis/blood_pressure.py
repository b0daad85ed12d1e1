"""Home blood pressure of one period: from placed readings to facts.

The rules, their sources and a worked example are in docs/analysis/home-blood-pressure.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from reports.analysis import figures, patterns, windows
from reports.analysis.days import days_of, weeks_of
from reports.analysis.facts import (
    BloodPressureFacts,
    Change,
    Day,
    Means,
    Pair,
    Placed,
    Session,
    Week,
)
from reports.analysis.measured import Pressure, Window
from reports.analysis.policy import Settings
from reports.analysis.schemes import ADULT_FROM_AGE, Scheme, age_on, classify
from reports.analysis.warning_signs import change

MINIMUM_DAYS = 3
MINIMUM_READINGS = 12
RECENT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class _Columns:
    """The readings of a period, sorted into the groups whose means are asked for."""

    inside: list[Placed]
    used: list[Placed]
    pool: list[Placed]  # the readings that make up the mean and the category
    morning: list[Placed]
    evening: list[Placed]
    other: list[Placed]
    night: list[Placed]
    day1_dropped: bool


@dataclass(frozen=True, slots=True)
class _Judgement:
    sufficient: bool
    category: str | None
    no_category_because: str | None
    share_at_or_above: float | None
    flags: tuple[str, ...]


def analyse(
    placed: Sequence[Placed],
    *,
    start: date,
    end: date,
    scheme: Scheme,
    settings: Settings,
    birth_date: date | None = None,
) -> BloodPressureFacts | None:
    """Facts of the readings that count for `start` <= day < `end`; None when there are none.

    `placed` is in time order (`windows.place`) and may begin before the period: earlier readings
    serve the trend and the change only.
    """
    columns = _columns([item for item in placed if start <= item.day < end], end, settings)
    if not columns.inside:
        return None
    age = None if birth_date is None else age_on(birth_date, end - timedelta(days=1))
    sessions = windows.sessions(columns.inside, settings)
    history = [item for item in placed if item.day < start and item.used]
    return _facts(
        columns,
        _judge(columns, sessions, end=end, scheme=scheme, age=age, settings=settings),
        sessions=sessions,
        days=days_of(columns.pool, history, start=start, end=end),
        weeks=weeks_of(columns.pool, start=start, end=end, line=scheme.threshold),
        changed=change([*history, *columns.used], end=end),
        scheme=scheme,
        goal=settings.goal or scheme.default_goal(age),
    )


def is_sufficient(*, days: int, readings: int, in_last_week: bool) -> bool:
    """At least 3 days and 12 used readings, one of them in the last 7 days of the period."""
    return days >= MINIMUM_DAYS and readings >= MINIMUM_READINGS and in_last_week


def morning_and_evening(morning: Means, evening: Means) -> tuple[Pair, float | None]:
    """ME average = (morning + evening) / 2 and ME difference = morning - evening (systolic)."""
    average = Pair(
        _middle(morning.systolic, evening.systolic), _middle(morning.diastolic, evening.diastolic)
    )
    return average, _difference(morning.systolic, evening.systolic)


def highest(used: Sequence[Placed]) -> Placed | None:
    """The reading with the highest systolic, then diastolic; the earliest of equals."""
    return max(used, key=lambda item: (item.reading.systolic, item.reading.diastolic), default=None)


def _columns(inside: list[Placed], end: date, settings: Settings) -> _Columns:
    inside, day1_dropped = _without_day_1(inside, end, settings)
    used = [item for item in inside if item.used]
    by_window = {window: [item for item in used if item.window is window] for window in Window}
    return _Columns(
        inside=inside,
        used=used,
        pool=_pool(used, settings),
        morning=by_window[Window.MORNING],
        evening=by_window[Window.EVENING],
        other=by_window[Window.OTHER],
        night=by_window[Window.NIGHT],
        day1_dropped=day1_dropped,
    )


def _without_day_1(
    inside: list[Placed], end: date, settings: Settings
) -> tuple[list[Placed], bool]:
    """Day 1 goes only when that is asked for and what remains is sufficient by itself."""
    if not settings.drop_day1 or not inside:
        return inside, False
    day_1 = min(item.day for item in inside)
    rest = [item for item in inside if item.day > day_1 and item.used]
    if not _enough(_pool(rest, settings), end):
        return inside, False
    dropped = [
        replace(item, excluded=windows.DAY_1) if item.day == day_1 and item.used else item
        for item in inside
    ]
    return dropped, True


def _pool(used: list[Placed], settings: Settings) -> list[Placed]:
    if settings.night_in_mean:
        return used
    return [item for item in used if item.window is not Window.NIGHT]


def _enough(pool: Sequence[Placed], end: date) -> bool:
    days = {item.day for item in pool}
    return is_sufficient(
        days=len(days),
        readings=len(pool),
        in_last_week=any(day >= end - RECENT for day in days),
    )


def _judge(
    columns: _Columns,
    sessions: Sequence[Session],
    *,
    end: date,
    scheme: Scheme,
    age: int | None,
    settings: Settings,
) -> _Judgement:
    """Adult rules judge adults with enough readings; an irregular pulse is told to everybody."""
    sufficient = _enough(columns.pool, end)
    mean, morning = figures.means(columns.pool), figures.means(columns.morning)
    reason, category, flags = None, None, list[str]()
    if settings.pregnant:
        reason = "pregnancy"
    elif age is not None and age < ADULT_FROM_AGE:
        reason = "under_18"
    elif not sufficient or mean.systolic is None or mean.diastolic is None:
        reason = "insufficient"
    else:
        found = classify(mean.systolic, mean.diastolic, scheme)
        category = found.category
        _, me_difference = morning_and_evening(morning, figures.means(columns.evening))
        flags += found.flags + patterns.judged_flags(mean, morning, me_difference, settings)
    dip = patterns.dipping(columns.used)
    if dip is not None and reason in (None, "insufficient"):
        flags.append(dip.pattern)
    if patterns.has_irregular_pulse(sessions):
        flags.append(patterns.IRREGULAR_PULSE)
    share = figures.share_at_or_above(columns.pool, scheme.threshold)
    return _Judgement(
        sufficient=sufficient,
        category=category,
        no_category_because=reason,
        share_at_or_above=None if reason == "under_18" else share,
        flags=tuple(flags),
    )


def _facts(
    columns: _Columns,
    judged: _Judgement,
    *,
    sessions: tuple[Session, ...],
    days: tuple[Day, ...],
    weeks: tuple[Week, ...],
    changed: Change | None,
    scheme: Scheme,
    goal: Pressure,
) -> BloodPressureFacts:
    mean, morning, evening = map(figures.means, (columns.pool, columns.morning, columns.evening))
    average, difference = morning_and_evening(morning, evening)
    mean_arterial, mean_arterial_source = figures.mean_arterial(columns.pool)
    return BloodPressureFacts(
        scheme=scheme.name,
        scheme_version=scheme.version,
        scheme_signed=scheme.signed,
        threshold=scheme.threshold,
        goal=goal,
        placed=tuple(columns.inside),
        sessions=sessions,
        days=days,
        weeks=weeks,
        day1_dropped=columns.day1_dropped,
        sufficient=judged.sufficient,
        category=judged.category,
        no_category_because=judged.no_category_because,
        mean=mean,
        morning=morning,
        evening=evening,
        other=figures.means(columns.other),
        night=figures.means(columns.night),
        me_average=average,
        me_difference=difference,
        of_readings=figures.variability_of_readings(columns.pool),
        of_days=figures.variability_of_days(columns.pool),
        morning_spread=figures.spreads(columns.morning),
        evening_spread=figures.spreads(columns.evening),
        pulse_pressure=_difference(mean.systolic, mean.diastolic),
        mean_arterial=mean_arterial,
        mean_arterial_source=mean_arterial_source,
        share_at_or_above=judged.share_at_or_above,
        highest=highest(columns.used),
        dipping=patterns.dipping(columns.used),
        change=changed,
        flags=judged.flags,
    )


def _middle(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else (one + other) / 2


def _difference(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other
