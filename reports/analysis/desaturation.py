"""Falls of oxygen saturation in a series of samples, and how many an hour of valid signal.

The definition is that of docs/analysis/oximetry.md: a fall of at least 3 (or 4) points under the
mean of the 120 s before it, for at least 10 s. Invalid samples never count: neither as low, nor as
time, nor in a mean. Pure and without a clock: only the order of the samples and their distance.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

BASELINE_SECONDS = 120
LEAST_BASELINE_SECONDS = 30
LEAST_SECONDS = 10
LONGEST_GAP_SECONDS = 10
# Longer than this is another level, not a fall: the next baseline is taken from it.
LONGEST_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Fall:
    """Samples `first..last` lie at least the drop under `baseline`; `lowest` is the deepest."""

    first: int
    last: int
    baseline: float
    lowest: int


@dataclass(slots=True)
class _Open:
    """A fall that has not ended. `inside` are its valid samples with their places."""

    baseline: float
    inside: list[tuple[int, int]]

    def close(self) -> Fall:
        lowest = min(value for _, value in self.inside)
        return Fall(self.inside[0][0], self.inside[-1][0], self.baseline, lowest)


def falls(samples: Sequence[int | None], *, seconds: int, drop: int) -> list[Fall]:
    """Every fall of at least `drop` points, in order.

    Args:
        samples: percent, one every `seconds`; None is invalid.
    """
    found: list[Fall] = []
    before: deque[tuple[int, int]] = deque()
    total = 0
    fall: _Open | None = None
    for place, value in enumerate(samples):
        if value is None:
            continue
        if fall is not None:
            gap = (place - fall.inside[-1][0] - 1) * seconds
            lasts = len(fall.inside) * seconds
            low = value <= fall.baseline - drop
            if low and gap <= LONGEST_GAP_SECONDS and lasts < LONGEST_SECONDS:
                fall.inside.append((place, value))
                continue
            if lasts >= LEAST_SECONDS:
                found.append(fall.close())
            if lasts >= LONGEST_SECONDS:
                before = deque(fall.inside)
                total = sum(inside for _, inside in before)
            fall = None
        while before and (place - before[0][0]) * seconds > BASELINE_SECONDS:
            total -= before.popleft()[1]
        known = len(before) * seconds >= LEAST_BASELINE_SECONDS
        # In whole numbers: a mean of floats might miss the line by a hair.
        if known and value * len(before) <= total - drop * len(before):
            fall = _Open(total / len(before), [(place, value)])
        else:
            before.append((place, value))
            total += value
    if fall is not None and len(fall.inside) * seconds >= LEAST_SECONDS:
        found.append(fall.close())
    return found
