"""Nights of one period: each with its figures, and what holds over them.

Formulas, sources and a worked example are in docs/analysis/sleep.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from reports.analysis import durations
from reports.analysis.clock_times import (
    circular_distance,
    circular_mean,
    circular_sd,
    minute_of_day,
)
from reports.analysis.facts import NightFacts, NightStatistics, Segment, SleepFacts
from reports.analysis.hypnogram import runs, statistics_of
from reports.analysis.measured import Night
from reports.analysis.policy import Settings
from reports.analysis.regularity import regularity_of_nights

# Reference lines for adults; they wait for a clinician's signature.
SHORT_SLEEP = 420.0
GOOD_AND_POOR = {"se": (85.0, 75.0), "sol": (30.0, 60.0), "waso_spt": (20.0, 51.0)}


def place(nights: Iterable[Night], *, zone: ZoneInfo) -> list[NightFacts]:
    """Every night with its date of waking and its figures, in time order."""
    placed = sorted(
        (night_facts(night, zone=zone) for night in nights),
        key=lambda night: (
            night.started_at.astimezone(UTC),
            night.ended_at.astimezone(UTC),
            [(segment.stage, segment.minutes) for segment in night.segments],
            night.estimated_by_device,
        ),
    )
    longest: dict[date, NightFacts] = {}
    for night in placed:
        best = longest.get(night.date)
        if best is None or night.statistics.tib > best.statistics.tib:
            longest[night.date] = night
    return [replace(night, main=longest[night.date] is night) for night in placed]


def night_facts(night: Night, *, zone: ZoneInfo) -> NightFacts:
    """One night in the person's zone. Durations are elapsed time, also when the clocks change."""
    started_at, ended_at = night.started_at.astimezone(UTC), night.ended_at.astimezone(UTC)
    if ended_at <= started_at:
        raise ValueError(f"a night ends after it starts, not {night.started_at} - {night.ended_at}")

    def local(minutes: float) -> datetime:
        return (started_at + timedelta(minutes=minutes)).astimezone(zone)

    staged = runs(night.stages)
    lines = [local(0), *(local(run.end) for run in staged)]
    segments = tuple(
        Segment(start=lines[index], end=lines[index + 1], minutes=run.minutes, stage=run.stage)
        for index, run in enumerate(staged)
    )
    asleep = [segment for segment in segments if segment.stage.is_sleep]
    figures = statistics_of(staged, time_in_bed=(ended_at - started_at) / timedelta(minutes=1))
    if durations.are_all_there_is(staged):
        figures = durations.without_order(figures, staged)
    return NightFacts(
        date=ended_at.astimezone(zone).date(),
        started_at=lines[0],
        ended_at=ended_at.astimezone(zone),
        segments=segments,
        onset=asleep[0].start if asleep else None,
        final_awakening=asleep[-1].end if asleep else None,
        statistics=figures,
        estimated_by_device=night.estimated_by_device,
    )


def analyse(
    nights: Sequence[NightFacts], *, start: date, end: date, settings: Settings
) -> SleepFacts | None:
    """Facts of the nights whose date of waking is in `start` <= date < `end`; None without any.

    Means are over main nights with at least one scored stage: a night of which the device knows
    nothing is shown, but it is not a night without sleep.
    """
    inside = tuple(night for night in nights if start <= night.date < end)
    if not inside:
        return None
    main = [night for night in inside if night.main and night.is_scored]
    slept = [night for night in main if night.onset is not None]
    bedtimes = [minute_of_day(night.started_at) for night in main]
    return SleepFacts(
        nights=inside,
        mean_tst=_mean([night.statistics.tst for night in main]),
        mean_se=_mean([n.statistics.se for n in main if n.statistics.se is not None]),
        bedtime=circular_mean(bedtimes),
        bedtime_sd=circular_sd(bedtimes),
        wake_time=circular_mean(
            [minute_of_day(n.final_awakening) for n in slept if n.final_awakening]
        ),
        midsleep=circular_mean(_midsleeps(slept)),
        regularity_index=(
            regularity_of_nights([n for n in inside if n.is_scored])
            if settings.experimental
            else None
        ),
        social_jetlag=social_jetlag(slept, settings),
        debt=sleep_debt(main, settings.sleep_need) if settings.experimental else None,
        short_nights=sum(is_short(night.statistics) for night in main),
        estimated_by_device=any(night.estimated_by_device for night in inside),
    )


def midsleep(night: NightFacts) -> float | None:
    """The clock time half-way from sleep onset to the final awakening, minutes after midnight."""
    if night.onset is None or night.final_awakening is None:
        return None
    onset, waking = night.onset.astimezone(UTC), night.final_awakening.astimezone(UTC)
    return minute_of_day((onset + (waking - onset) / 2).astimezone(night.onset.tzinfo))


def social_jetlag(nights: Sequence[NightFacts], settings: Settings) -> float | None:
    """|mid-sleep on free days - on work days| in minutes; None unless there are both.

    A night belongs to its date of waking: Friday's night is slept into a free Saturday.
    """
    free = [n for n in nights if n.date.weekday() in settings.free_weekdays]
    work = [n for n in nights if n.date.weekday() not in settings.free_weekdays]
    on_free, on_work = circular_mean(_midsleeps(free)), circular_mean(_midsleeps(work))
    if on_free is None or on_work is None:
        return None
    return circular_distance(on_free, on_work)


def sleep_debt(nights: Sequence[NightFacts], need: float | None) -> float | None:
    """Need minus sleep summed over the nights, in minutes, never under 0. Experimental.

    Longer nights pay back shorter ones. None without nights, or where nobody stated the need.
    """
    if need is None or not nights:
        return None
    return max(0.0, sum(need - night.statistics.tst for night in nights))


def is_short(figures: NightStatistics) -> bool:
    """Less than 7 h of sleep."""
    return figures.tst < SHORT_SLEEP


def is_broken(figures: NightStatistics) -> bool:
    """Poor by the reference lines: efficiency under 75 %, or 51 min or more awake in between."""
    return "poor" in (judge("se", figures.se), judge("waso_spt", figures.waso_spt))


def judge(figure: str, value: float | None) -> str | None:
    """`good`, `between` or `poor` by the reference lines of `se`, `sol` and `waso_spt`.

    Efficiency: 85 and over good, under 75 poor. Latency: to 30 good, over 60 poor. Wake after
    onset: to 20 good, 51 and over poor.
    """
    if value is None:
        return None
    good, poor = GOOD_AND_POOR[figure]
    if figure == "se":
        return "good" if value >= good else "poor" if value < poor else "between"
    is_poor = value > poor if figure == "sol" else value >= poor
    return "good" if value <= good else "poor" if is_poor else "between"


def _midsleeps(nights: Iterable[NightFacts]) -> list[float]:
    return [found for found in map(midsleep, nights) if found is not None]


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
