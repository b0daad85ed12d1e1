"""Progress of an import on a terminal: rows, rate and time left, once it takes a while."""

import time
from typing import Protocol

from healthcare.subscribers.loading.progress import Progress

QUIET_SECONDS = 2.0
EVERY_SECONDS = 1.0


class Writes(Protocol):
    """Something one can write text to."""

    def write(self, text: str, /) -> object: ...


class ProgressLine:
    """Writes a line a second, from the third second on."""

    def __init__(self, out: Writes) -> None:
        self._out = out
        self._began = time.monotonic()
        self._next = self._began + QUIET_SECONDS

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + EVERY_SECONDS
        self._out.write(describe(progress, seconds=now - self._began))


def describe(progress: Progress, *, seconds: float) -> str:
    """For example `24,000 rows read, 15,200 rows/s, 4 s left`."""
    rate = progress.rows / seconds
    share = progress.bytes / progress.size if progress.size else 1.0
    left = seconds / share - seconds if 0 < share < 1 else 0.0
    return f"{progress.rows:,} rows read, {rate:,.0f} rows/s, {left:,.0f} s left to read"
