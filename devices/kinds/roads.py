"""The same reading by two roads (Bluetooth and an imported file) is kept twice and used once.

Two readings of one person are alike when the kind says so (equal values from two devices, at most
`WITHIN` apart). Of two that are alike the one with the lower rank counts and the other repeats it.
Only the two are looked at, never a third, so that the answer is the same whatever order rows come
in, and whoever sees `WITHIN` more on both sides of a period sees all that decides inside it. In a
chain (A like B, B like C, A too far from C) both B and C repeat another, and A counts: of whatever
hangs together at least one always does.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

WITHIN = timedelta(seconds=60)

R = TypeVar("R")


class Identity(NamedTuple):
    """Names one stored reading of a person and kind; the time is UTC."""

    device_id: int
    measured_at: datetime
    device_reading_id: str


def repeats(
    readings: Sequence[R],
    *,
    time: Callable[[R], datetime],
    alike: Callable[[R, R], bool],
    rank: Callable[[R], tuple[Any, ...]],
) -> dict[int, int]:
    """For each reading that repeats another: its place, and the place of the one it repeats.

    `readings` are one person's, in order of `time`. `alike` is symmetric and asked of readings at
    most `WITHIN` apart; `rank` has no equals among readings that are alike. Of several that a
    reading repeats, the one of the lowest rank is named.
    """
    found: dict[int, int] = {}
    first = 0
    for later, reading in enumerate(readings):
        while time(reading) - time(readings[first]) > WITHIN:
            first += 1
        for earlier in range(first, later):
            if alike(readings[earlier], reading):
                pair = (earlier, later)
                kept, repeat = sorted(pair, key=lambda place: rank(readings[place]))
                known = found.get(repeat)
                if known is None or rank(readings[kept]) < rank(readings[known]):
                    found[repeat] = kept
    return found
