"""How alike the days are: the sleep regularity index.

SRI = -100 + 200 / (M (N - 1)) * the number of epochs whose state equals that 24 h later, for M
epochs a day over N days (Phillips et al., Sci Rep 2017; 7:3216). 100 is the same every day, 0 is
chance.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import numpy as np
import numpy.typing as npt

from reports.analysis.facts import NightFacts
from reports.analysis.measured import Stage

AWAKE, ASLEEP, MISSING = 0.0, 1.0, float("nan")
MINIMUM_DAYS = 5
EPOCHS_A_DAY = 1440
ONE_MINUTE = timedelta(minutes=1)


def sleep_regularity_index(states: npt.NDArray[np.float64], *, epochs_per_day: int) -> float | None:
    """The index of whole days of epochs: 1 asleep, 0 awake, NaN missing.

    Pairs with a missing side are skipped; None when no pair is left. Which days to ask about, and
    how many are enough, is the caller's rule.
    """
    if epochs_per_day < 1 or len(states) % epochs_per_day:
        raise ValueError(
            f"{len(states)} epochs are not whole days of {epochs_per_day}: cut the window to days"
        )
    today, tomorrow = states[:-epochs_per_day], states[epochs_per_day:]
    known = ~(np.isnan(today) | np.isnan(tomorrow))
    pairs = int(known.sum())
    if not pairs:
        return None
    return -100 + 200 * int((today[known] == tomorrow[known]).sum()) / pairs


def regularity_of_nights(nights: Sequence[NightFacts]) -> float | None:
    """The index from nights alone, by minutes of the wall clock, days from noon to noon.

    Experimental: outside a recorded night the person is taken to be awake, and a day without any
    night is missing. None below five days with a night.
    """
    recorded = {night.date for night in nights}
    if len(recorded) < MINIMUM_DAYS:
        return None
    first_noon = _noon(min(recorded) - timedelta(days=1))
    days = (max(recorded) - min(recorded)).days + 1
    states = np.full(days * EPOCHS_A_DAY, MISSING)
    for day in recorded:
        position = (day - min(recorded)).days * EPOCHS_A_DAY
        states[position : position + EPOCHS_A_DAY] = AWAKE
    for night in nights:
        for segment in night.segments:
            since = _minute(segment.start, first_noon)
            until = _minute(segment.end, first_noon)
            states[max(since, 0) : max(until, 0)] = _state(segment.stage)
    return sleep_regularity_index(states, epochs_per_day=EPOCHS_A_DAY)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12))


def _minute(local: datetime, origin: datetime) -> int:
    # The index compares what the clock on the wall says, also when the clocks change.
    return round((local.replace(tzinfo=None) - origin) / ONE_MINUTE)


def _state(stage: Stage) -> float:
    if stage is Stage.UNKNOWN:
        return MISSING
    return ASLEEP if stage.is_sleep else AWAKE
