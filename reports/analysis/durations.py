"""Nights of which only the durations are known: how long each stage lasted, not when.

FHIR and most of Open mHealth say no more. Ingest lays them out in one order, always the same
(`devices.kinds.sleep.pieces`): light, deep, REM, sleep of no stage, each at most once; waking in
between after the first of them (sleep of one stage stands half before and half after it); then
what nobody told. A night that looks so has no order, and figures that rest on one are absent.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from reports.analysis.hypnogram import Run
from reports.analysis.measured import Stage
from reports.analysis.sleep_facts import NightStatistics

ORDER = (Stage.LIGHT, Stage.DEEP, Stage.REM, Stage.ASLEEP)
# Shorter sleep may really have gone through each stage once.
SHORTEST = 120.0


def are_all_there_is(night: Sequence[Run]) -> bool:
    """Whether these runs are durations laid out, and not what was seen one after the other."""
    inner = _between_wakes(night)
    untold = bool(inner) and inner[-1].stage is Stage.UNKNOWN
    told = inner[: len(inner) - untold]
    asleep = [run for run in told if run.stage in ORDER]
    awake = [place for place, run in enumerate(told) if run.stage is Stage.AWAKE]
    if len(inner) < 2 or not asleep or len(asleep) + len(awake) < len(told):
        return False
    if sum(run.minutes for run in asleep) < SHORTEST or awake not in ([], [1]):
        return False
    places = [ORDER.index(run.stage) for run in asleep]
    if len(places) == 2 and places[0] == places[1]:
        return abs(asleep[0].minutes - asleep[1].minutes) < 1e-6
    return all(one < next_ for one, next_ in pairwise(places))


def without_order(found: NightStatistics, night: Sequence[Run]) -> NightStatistics:
    """The figures that durations alone can give."""
    found = replace(found, awakenings=None, rem_latency=None)
    inner = _between_wakes(night)
    if inner[-1].stage is not Stage.UNKNOWN:
        return found
    latency = found.sol if night[0].stage is Stage.AWAKE else None
    return replace(
        found, sol=latency, sme=None, waso_spt=None, waso_to_lights_on=None, terminal_wake=None
    )


def _between_wakes(night: Sequence[Run]) -> Sequence[Run]:
    """Without waking at both ends, whose place is known."""
    start, end = 0, len(night)
    while start < end and night[start].stage is Stage.AWAKE:
        start += 1
    while end > start and night[end - 1].stage is Stage.AWAKE:
        end -= 1
    return night[start:end]
