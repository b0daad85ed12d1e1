"""One line a step; work longer than two seconds shows rows, rate and time left."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

FIRST_WORD = 2.0


class Out(Protocol):
    def write(self, text: str, /) -> object: ...
    def flush(self) -> None: ...
    def isatty(self) -> bool: ...


@dataclass
class Step:
    """Work in progress: call `at(done)` as it goes on, set `result` for the closing line."""

    out: Out
    name: str
    total: int = 0
    unit: str = ""
    result: str = ""
    started: float = field(default_factory=time.monotonic)
    told: float = 0.0

    def at(self, done: int) -> None:
        """Say how far it is, at most once a second on a terminal and every five elsewhere."""
        now = time.monotonic()
        elapsed = now - self.started
        if elapsed < FIRST_WORD or now - self.told < (1.0 if self.out.isatty() else 5.0):
            return
        self.told = now
        rate = done / elapsed
        left = f", {(self.total - done) / rate:.0f} s left" if rate and self.total else ""
        of = f" of {self.total:,}" if self.total else ""
        self._show(f"{done:,}{of} {self.unit}, {rate:,.0f}/s{left}")

    def write(self, text: str) -> None:
        """Show what a command tells of its own progress; it decides how often."""
        if text.strip():
            self._show(text.strip())

    def _show(self, text: str) -> None:
        line = f"  {self.name}: {text}"
        self.out.write(f"\r{line:<78}" if self.out.isatty() else f"{line}\n")
        self.out.flush()


@contextmanager
def step(out: Out, name: str, *, total: int = 0, unit: str = "rows") -> Iterator[Step]:
    """Time a step and print its closing line."""
    doing = Step(out, name, total, unit)
    if out.isatty():
        out.write(f"  {name} ...")
        out.flush()
    yield doing
    seconds = time.monotonic() - doing.started
    start = "\r" if out.isatty() else ""
    line = f"  {name:<22} {doing.result:<46} {seconds:6.1f} s"
    out.write(f"{start}{line:<78}\n")
    out.flush()
