"""Intervals of sleep from Apple Health to nights.

An export knows no nights, only intervals: in bed, asleep, and since 2022 asleep in a stage.

1. Intervals of one source belong together; another watch or app is another account of the night.
2. A pause of more than `PAUSE` between the end of all before and the next start begins a new time
   in bed. Times of day have no part in it, so that shift workers have nights too, and naps stand
   by themselves.
3. Where intervals overlap, a stage says more than "asleep", and that more than "in bed"; of two of
   the same worth the one that began later counts.
4. In bed without being asleep is awake; what no interval covers inside the time in bed is unknown.
5. A time in bed with no sleep in it (a phone that lay on the table) is passed over and counted.
"""

import heapq
from array import array
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from itertools import groupby, pairwise
from typing import NamedTuple

from devices.archives.found import Refused

PAUSE = 3600
# Forty a night for thirty years.
MOST_INTERVALS = 500_000

IN_BED = "HKCategoryValueSleepAnalysisInBed"
# By how much each says; a place in this list is its worth where intervals overlap.
VALUES = {
    IN_BED: (0, "awake"),
    "HKCategoryValueSleepAnalysisAsleep": (1, "asleep"),
    "HKCategoryValueSleepAnalysisAsleepUnspecified": (1, "asleep"),
    "HKCategoryValueSleepAnalysisAwake": (2, "awake"),
    "HKCategoryValueSleepAnalysisAsleepCore": (2, "light"),
    "HKCategoryValueSleepAnalysisAsleepDeep": (2, "deep"),
    "HKCategoryValueSleepAnalysisAsleepREM": (2, "rem"),
}
CODES = tuple(VALUES)
FIELDS = 5
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Interval(NamedTuple):
    """Seconds since 1970, UTC; offsets are minutes east of it; `code` is a place in CODES."""

    start: int
    end: int
    code: int
    start_offset: int
    end_offset: int


class Night(NamedTuple):
    """A time in bed of one source; stages are (stage, seconds) in order and cover all of it."""

    source: int
    started_at: datetime
    ended_at: datetime
    stages: list[tuple[str, int]]


class Nights:
    """Collects a file's intervals, 40 bytes each, until all are there: they come in no order."""

    def __init__(self) -> None:
        self._sources: dict[int, array[int]] = defaultdict(lambda: array("q"))
        self._count = 0

    def add(self, source: int, start: datetime, end: datetime, code: int) -> None:
        """An interval of that source. `end` lies after `start`."""
        self._count += 1
        if self._count > MOST_INTERVALS:
            raise Refused(f"more than {MOST_INTERVALS:,} intervals of sleep: that is no export.")
        self._sources[source].extend(
            (_seconds(start), _seconds(end), code, _offset(start), _offset(end))
        )

    def nights(self) -> Iterator[Night]:
        """By source, in the order of time; those without any sleep have no asleep stage."""
        for source in sorted(self._sources):
            packed = self._sources[source]
            intervals = sorted(
                Interval(*packed[i : i + FIELDS]) for i in range(0, len(packed), FIELDS)
            )
            for together in _in_bed(intervals):
                yield _night(source, together)


def is_asleep(stage: str) -> bool:
    """Whether a stage is sleep."""
    return stage not in ("awake", "unknown")


def _in_bed(intervals: list[Interval]) -> Iterator[list[Interval]]:
    together: list[Interval] = []
    until = 0
    for interval in intervals:
        if together and interval.start - until > PAUSE:
            yield together
            together = []
        until = max(until, interval.end) if together else interval.end
        together.append(interval)
    if together:
        yield together


def _night(source: int, intervals: list[Interval]) -> Night:
    last = max(intervals, key=lambda i: (i.end, i.start))
    return Night(
        source,
        _time(intervals[0].start, intervals[0].start_offset),
        _time(last.end, last.end_offset),
        [
            (stage, sum(length for _, length in run))
            for stage, run in groupby(_covering(intervals), key=lambda piece: piece[0])
        ],
    )


def _covering(intervals: list[Interval]) -> Iterator[tuple[str, int]]:
    """What counts between each two moments at which something begins or ends."""
    moments = sorted({moment for i in intervals for moment in (i.start, i.end)})
    begun = 0
    # What has begun, the one that says most first; what is over leaves when it comes to the front.
    open_: list[tuple[int, int, int, int]] = []
    for at, until in pairwise(moments):
        while begun < len(intervals) and intervals[begun].start <= at:
            start, end, code, *_ = intervals[begun]
            heapq.heappush(open_, (-VALUES[CODES[code]][0], -start, -code, end))
            begun += 1
        while open_ and open_[0][3] <= at:
            heapq.heappop(open_)
        stage = VALUES[CODES[-open_[0][2]]][1] if open_ else "unknown"
        yield stage, until - at


def _seconds(time: datetime) -> int:
    return (time - EPOCH) // timedelta(seconds=1)


def _offset(time: datetime) -> int:
    offset = time.utcoffset()
    assert offset is not None  # every time of an export has its offset
    return offset // timedelta(minutes=1)


def _time(seconds: int, offset: int) -> datetime:
    zone = timezone(timedelta(minutes=offset))
    return (EPOCH + timedelta(seconds=seconds)).astimezone(zone)
