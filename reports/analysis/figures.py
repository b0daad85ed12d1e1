"""Means, variability and spread of columns of pressures.

Pressures are whole numbers, so their sums are exact and a mean is the exact quotient rounded
once: 135 readings of 135 mmHg never become 134.99999999999997, which is another category.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np

from reports.analysis.facts import Means, Pair, Placed, Spread, Variability
from reports.analysis.measured import Pressure


def means(items: Iterable[Placed]) -> Means:
    """Means over readings (not over sessions or days); pulse over the readings that have one."""
    n = systolic = diastolic = pulses = beats = 0
    for item in items:
        reading = item.reading
        n += 1
        systolic += reading.systolic
        diastolic += reading.diastolic
        if reading.pulse is not None:
            pulses += 1
            beats += reading.pulse
    if not n:
        return Means(n=0)
    return Means(n, systolic / n, diastolic / n, beats / pulses if pulses else None)


def by_day(items: Iterable[Placed]) -> dict[date, list[Placed]]:
    """The items of each day they count for, days ascending."""
    days: defaultdict[date, list[Placed]] = defaultdict(list)
    for item in items:
        days[item.day].append(item)
    return dict(sorted(days.items()))


def variability_of_readings(items: Sequence[Placed]) -> Variability:
    """Of single readings in time order."""
    return _variability(
        [item.reading.systolic for item in items], [item.reading.diastolic for item in items]
    )


def variability_of_days(items: Iterable[Placed]) -> Variability:
    """Of the means of days: the day-to-day variability, kept apart from that of readings."""
    days = [means(rows) for rows in by_day(items).values()]
    return _variability(
        [day.systolic for day in days if day.systolic is not None],
        [day.diastolic for day in days if day.diastolic is not None],
    )


def standard_deviation(values: Sequence[float]) -> float | None:
    """With n - 1; None below two values."""
    return float(np.std(values, ddof=1)) if len(values) > 1 else None


def coefficient_of_variation(values: Sequence[float]) -> float | None:
    """100 * SD / mean, in percent; None below two values."""
    deviation = standard_deviation(values)
    return None if deviation is None else 100 * deviation / float(np.mean(values))


def average_real_variability(values: Sequence[float]) -> float | None:
    """Mean absolute difference of successive values (Mena 2005); None below two values."""
    return float(np.mean(np.abs(np.diff(values)))) if len(values) > 1 else None


def spreads(items: Sequence[Placed]) -> Mapping[str, Spread]:
    """Box-plot numbers by component; empty without readings. Quartiles interpolate linearly."""
    if not items:
        return {}
    return {
        "systolic": _spread([item.reading.systolic for item in items]),
        "diastolic": _spread([item.reading.diastolic for item in items]),
    }


def share_at_or_above(items: Sequence[Placed], line: Pressure) -> float | None:
    """Percentage of readings at or over the line in either component; None without readings."""
    if not items:
        return None
    count = sum(line.reached_by(item.reading.systolic, item.reading.diastolic) for item in items)
    return 100 * count / len(items)


def mean_arterial(items: Sequence[Placed]) -> tuple[float | None, str | None]:
    """The mean arterial pressure and its source: device, computed (DBP + PP / 3) or mixed."""
    if not items:
        return None, None
    measured = [item.reading.mean_arterial is not None for item in items]
    thirds = [
        2 * row.diastolic + row.systolic if row.mean_arterial is None else 3 * row.mean_arterial
        for row in (item.reading for item in items)
    ]
    source = "device" if all(measured) else "mixed" if any(measured) else "computed"
    return sum(thirds) / (3 * len(thirds)), source


def _variability(systolic: Sequence[float], diastolic: Sequence[float]) -> Variability:
    return Variability(
        sd=Pair(standard_deviation(systolic), standard_deviation(diastolic)),
        cv=Pair(coefficient_of_variation(systolic), coefficient_of_variation(diastolic)),
        arv=Pair(average_real_variability(systolic), average_real_variability(diastolic)),
    )


def _spread(values: Sequence[int]) -> Spread:
    return Spread(*(float(value) for value in np.percentile(values, (0, 25, 50, 75, 100))))
