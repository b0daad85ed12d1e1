"""From a hypnogram to the figures of one night.

A hypnogram is a sequence of (stage, minutes) from lights off. The definitions are in
docs/analysis/sleep.md; the reference values they are tested against come from YASA.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from reports.analysis.facts import NightStatistics
from reports.analysis.measured import Stage

Stages = tuple[tuple[Stage, float], ...]

LETTERS = {
    "W": Stage.AWAKE,
    "1": Stage.N1,
    "2": Stage.N2,
    "3": Stage.N3,
    "R": Stage.REM,
    "L": Stage.LIGHT,
    "D": Stage.DEEP,
    "?": Stage.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of one stage; `start` and `end` are minutes after lights off."""

    stage: Stage
    start: float
    end: float

    @property
    def minutes(self) -> float:
        return self.end - self.start


def from_letters(letters: str, epoch_seconds: float) -> Stages:
    """One letter an epoch, of `W 1 2 3 R L D ?`, as stages with their minutes."""
    if epoch_seconds <= 0:
        raise ValueError(f"epoch_seconds must be over 0, not {epoch_seconds}")
    for index, letter in enumerate(letters):
        if letter not in LETTERS:
            raise ValueError(
                f"hypnogram[{index}]: {letter!r} is none of the letters {' '.join(LETTERS)}"
            )
    return tuple(
        (LETTERS[letter], len(list(epochs)) * epoch_seconds / 60)
        for letter, epochs in groupby(letters)
    )


def runs(stages: Iterable[tuple[Stage, float]]) -> tuple[Run, ...]:
    """Neighbours of one stage joined, empty ones left out."""
    found: list[Run] = []
    clock = 0.0
    for index, (stage, minutes) in enumerate(stages):
        if not (math.isfinite(minutes) and minutes >= 0):
            raise ValueError(f"stages[{index}].minutes must be 0 or more, not {minutes}")
        if minutes == 0:
            continue
        start, clock = clock, clock + minutes
        if found and found[-1].stage == stage:
            start = found.pop().start
        found.append(Run(Stage(stage), start, clock))
    return tuple(found)


def night_statistics(
    stages: Iterable[tuple[Stage, float]], *, time_in_bed: float | None = None
) -> NightStatistics:
    """The figures of one night.

    `time_in_bed` is lights off to lights on in minutes; without it the hypnogram is the whole of
    it. What the hypnogram leaves unsaid is neither sleep nor wake.
    """
    return statistics_of(runs(stages), time_in_bed=time_in_bed)


def statistics_of(night: Sequence[Run], *, time_in_bed: float | None = None) -> NightStatistics:
    """As `night_statistics`, from runs."""
    tib = time_in_bed if time_in_bed is not None else (night[-1].end if night else 0.0)
    asleep = [run for run in night if run.stage.is_sleep]
    if not asleep:
        return _without_sleep(tib)
    onset, waking = asleep[0].start, asleep[-1].end
    tst = math.fsum(run.minutes for run in asleep)
    spt = waking - onset
    wake = [run for run in night if run.stage is Stage.AWAKE and run.start >= onset]
    wake_in_spt = [run for run in wake if run.end <= waking]
    n1, n2, n3, light, deep, rem = _stage_minutes(asleep)
    rem_from = latency(night, Stage.REM)
    return NightStatistics(
        tib=tib,
        sol=onset,
        spt=spt,
        tst=tst,
        se=100 * tst / tib if tib > 0 else None,
        sme=100 * tst / spt,
        waso_spt=math.fsum(run.minutes for run in wake_in_spt),
        waso_to_lights_on=math.fsum(run.minutes for run in wake),
        n1=n1,
        n2=n2,
        n3=n3,
        rem=rem,
        light=light,
        deep=deep,
        awakenings=len(wake_in_spt),
        rem_latency=None if rem_from is None else rem_from - onset,
        terminal_wake=max(0.0, tib - waking),
    )


def latency(night: Sequence[Run], stage: Stage) -> float | None:
    """Minutes from lights off to the first epoch of a stage; None when it never comes."""
    return next((run.start for run in night if run.stage is stage), None)


def _stage_minutes(asleep: Sequence[Run]) -> tuple[float | None, ...]:
    """N1, N2, N3, light, deep, REM: in the words of the device, None in words it does not use.

    A device that says light and deep may say N1 in between: light is N1 + N2, deep is N3. A
    device that says only "asleep" for a while leaves every stage unknown.
    """

    def total(*stages: Stage) -> float:
        return math.fsum(run.minutes for run in asleep if run.stage in stages)

    used = {run.stage for run in asleep}
    if Stage.ASLEEP in used:
        return (None,) * 6
    if used & {Stage.LIGHT, Stage.DEEP}:
        light = total(Stage.LIGHT, Stage.N1, Stage.N2)
        return None, None, None, light, total(Stage.DEEP, Stage.N3), total(Stage.REM)
    return total(Stage.N1), total(Stage.N2), total(Stage.N3), None, None, total(Stage.REM)


def _without_sleep(tib: float) -> NightStatistics:
    """No sleep at all: totals are 0, and everything that starts from sleep is absent."""
    return NightStatistics(
        tib=tib,
        sol=None,
        spt=0.0,
        tst=0.0,
        se=0.0 if tib > 0 else None,
        sme=None,
        waso_spt=None,
        waso_to_lights_on=None,
        n1=0.0,
        n2=0.0,
        n3=0.0,
        rem=0.0,
        light=None,
        deep=None,
        awakenings=None,
        rem_latency=None,
        terminal_wake=None,
    )
