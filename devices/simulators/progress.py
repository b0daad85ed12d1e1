"""Progress of posting on a terminal: readings, rate and time left, once it takes a while."""

import time
from threading import Lock
from typing import Protocol

from devices.simulators.fleet import Tally

QUIET_SECONDS = 2.0
EVERY_SECONDS = 1.0


class Writes(Protocol):
    """Something one can write text to."""

    def write(self, text: str, /) -> object: ...


class PostingProgress:
    """Writes a line a second, from the third second on; called from several threads."""

    def __init__(self, out: Writes, *, total: int) -> None:
        self._out = out
        self._total = total
        self._began = time.monotonic()
        self._next = self._began + QUIET_SECONDS
        self._lock = Lock()

    def __call__(self, tally: Tally) -> None:
        with self._lock:
            now = time.monotonic()
            if now < self._next:
                return
            self._next = now + EVERY_SECONDS
        self._out.write(describe(tally.readings, self._total, seconds=now - self._began))


def describe(done: int, total: int, *, seconds: float) -> str:
    """For example `4,000 of 16,000 readings, 520 readings/s, 23 s left`."""
    rate = done / seconds
    left = (total - done) / rate if rate else 0.0
    return f"{done:,} of {total:,} readings, {rate:,.0f} readings/s, {left:,.0f} s left"
