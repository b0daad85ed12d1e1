"""Averages of clock times: 23:50 and 00:10 meet at midnight, not at noon.

Times are minutes after midnight; the day is a circle of 1440 minutes.
"""

import math
from collections.abc import Sequence
from datetime import datetime

import numpy as np
import numpy.typing as npt

MINUTES_A_DAY = 1440
# Below this length of the mean vector the times cancel out and no direction is left.
NO_DIRECTION = 1e-9


def minute_of_day(local: datetime) -> float:
    """Minutes after midnight of a local time."""
    return local.hour * 60 + local.minute + local.second / 60 + local.microsecond / 60e6


def circular_mean(minutes: Sequence[float] | npt.NDArray[np.float64]) -> float | None:
    """The mean clock time in [0, 1440); None without times or when they cancel out."""
    mean = _mean_vector(minutes)
    if mean is None or abs(mean) < NO_DIRECTION:
        return None
    angle = math.atan2(mean.imag, mean.real)
    return round(angle * MINUTES_A_DAY / math.tau, 9) % MINUTES_A_DAY


def circular_sd(minutes: Sequence[float]) -> float | None:
    """Circular standard deviation sqrt(-2 ln R) in minutes; None below two times."""
    mean = _mean_vector(minutes)
    if mean is None or len(minutes) < 2 or abs(mean) < NO_DIRECTION:
        return None
    return math.sqrt(max(0.0, -2 * math.log(abs(mean)))) * MINUTES_A_DAY / math.tau


def circular_distance(one: float, other: float) -> float:
    """The shorter way round between two clock times, in minutes, at most 720."""
    apart = abs(one - other) % MINUTES_A_DAY
    return min(apart, MINUTES_A_DAY - apart)


def _mean_vector(minutes: Sequence[float] | npt.NDArray[np.float64]) -> complex | None:
    if len(minutes) == 0:
        return None
    angles = np.asarray(minutes, dtype=np.float64) * (math.tau / MINUTES_A_DAY)
    return complex(np.exp(1j * angles).mean())
