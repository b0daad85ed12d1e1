"""Nights beside the morning pressure that follows them: paired facts, never a cause."""

from collections.abc import Sequence
from datetime import timedelta

from reports.analysis.facts import NightAndMorning, NightFacts, Placed
from reports.analysis.figures import by_day, means
from reports.analysis.measured import Window
from reports.analysis.sleep import is_broken, is_short

ONE_DAY = timedelta(days=1)


def pair(nights: Sequence[NightFacts], placed: Sequence[Placed]) -> tuple[NightAndMorning, ...]:
    """One row for each main night that is followed by a morning with used readings.

    The morning is that of the date of waking; the evening it is compared with is that of the day
    before, on the other side of the night.
    """
    used = [item for item in placed if item.used]
    mornings = by_day(item for item in used if item.window is Window.MORNING)
    evenings = by_day(item for item in used if item.window is Window.EVENING)
    nights_of = by_day(item for item in used if item.window is Window.NIGHT)
    pairs = []
    for night in nights:
        morning = means(mornings.get(night.date, ()))
        if not (night.main and night.is_scored):
            continue
        if morning.systolic is None or morning.diastolic is None:
            continue
        evening = means(evenings.get(night.date - ONE_DAY, ())).systolic
        asleep = means(_inside(night, nights_of.get(night.date, ())))
        figures = night.statistics
        pairs.append(
            NightAndMorning(
                night=night.date,
                tst=figures.tst,
                se=figures.se,
                waso=figures.waso_spt,
                short=is_short(figures),
                broken=is_broken(figures),
                morning_systolic=morning.systolic,
                morning_diastolic=morning.diastolic,
                morning_n=morning.n,
                me_difference=None if evening is None else morning.systolic - evening,
                night_systolic=asleep.systolic,
                night_diastolic=asleep.diastolic,
                night_n=asleep.n,
            )
        )
    return tuple(pairs)


def _inside(night: NightFacts, at_night: Sequence[Placed]) -> list[Placed]:
    # A timer reading without a recorded sleep is `night` too; only measured sleep counts here.
    if night.asleep is None:
        return []
    onset, waking = (time.timestamp() for time in night.asleep)
    return [item for item in at_night if onset <= item.local.timestamp() < waking]
