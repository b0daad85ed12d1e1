"""Runs programs side by side, starts again what dies, and leaves none behind."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Protocol

GUARD = Path(__file__).with_name("guard.py")
# A program that ends this soon after its start has not run; after so many of those in a row it
# is given up.
IMMEDIATE, MOST_IMMEDIATE = 5.0, 5
LONGEST_PAUSE = 16.0
TICK = 1.0


class Out(Protocol):
    """Where lines go: a text file, or Django's wrapper of one."""

    def write(self, text: str, /) -> object:
        """Write text as it is."""

    def flush(self) -> object:
        """Let it be seen now."""


@dataclass(frozen=True)
class Program:
    """What to run. `grace` is how many seconds it may take to end when asked to."""

    name: str
    command: Sequence[str]
    grace: float = 10.0


@dataclass
class _Child:
    program: Program
    process: "subprocess.Popen[str] | None" = None
    waiter: threading.Thread | None = None
    started: float = 0.0
    immediate_deaths: int = 0
    start_at: float | None = None
    last_lines: list[str] = field(default_factory=list)


class Supervisor:
    """Supervises programs from a thread of its own.

    `programs` are started in order and stopped in order. `tend`, when given, is called about
    once a second; what it raises ends everything. `failure` says why the supervisor gave up,
    or stays None.
    """

    def __init__(
        self,
        programs: Sequence[Program],
        *,
        folder: Path,
        environment: dict[str, str] | None = None,
        out: Out = sys.stderr,
        tend: Callable[[], None] = lambda: None,
        pause: float = 0.5,
    ) -> None:
        self.folder, self.environment, self.out = folder, environment, out
        self.tend, self.pause = tend, pause
        self.failure: str | None = None
        self.finished = threading.Event()
        self._children = [_Child(program) for program in programs]
        self._width = max(len(program.name) for program in programs)
        self._ended: SimpleQueue[_Child | None] = SimpleQueue()
        self._stopping = threading.Event()
        self._hurry = threading.Event()
        self._printing = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def start(self) -> None:
        """Start the programs; returns at once."""
        self._guard = _start_guard()
        self._thread.start()

    def stop(self, *, hurry: bool = False) -> None:
        """Ask it to stop everything; `hurry` kills what has not ended yet."""
        if hurry:
            self._hurry.set()
        self._stopping.set()
        self._ended.put(None)

    def processes(self) -> dict[str, int]:
        """The number of each program's process that runs now, by name."""
        return {
            child.program.name: child.process.pid
            for child in self._children
            if child.process is not None and child.process.returncode is None
        }

    def say(self, name: str, line: str) -> None:
        """Write one line under a program's name."""
        with self._printing:
            self.out.write(f"{name:<{self._width}} | {line}\n")
            self.out.flush()

    def _run(self) -> None:
        try:
            for child in self._children:
                self._start(child)
            while not self._stopping.is_set():
                self._step()
        except Exception as error:
            self.failure = self.failure or str(error)
        finally:
            for child in self._children:
                self._stop(child)
            with contextlib.suppress(OSError):
                self._guard.communicate(timeout=30)
            self.finished.set()

    def _step(self) -> None:
        """Wait for something to happen, a second at most, and answer it."""
        try:
            ended = self._ended.get(timeout=self._until_next())
        except Empty:
            ended = None
        if ended is not None and not self._stopping.is_set():
            self._plan_restart(ended)
        for child in self._children:
            if child.start_at is not None and child.start_at <= time.monotonic():
                self._start(child)
        self._replace_dead_guard()
        if not self._stopping.is_set():
            self.tend()

    def _until_next(self) -> float:
        planned = [child.start_at for child in self._children if child.start_at is not None]
        return max(0.0, min([TICK, *(when - time.monotonic() for when in planned)]))

    def _start(self, child: _Child) -> None:
        child.start_at, child.started = None, time.monotonic()
        child.process = subprocess.Popen(  # nosec B603 # no shell, our own words
            child.program.command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # Ctrl-C reaches the supervisor, which stops the programs in order.
            start_new_session=True,
        )
        self._tell_guard(f"+{child.process.pid}")
        threading.Thread(target=self._copy, args=(child, child.process), daemon=True).start()
        child.waiter = threading.Thread(target=self._wait, args=(child, child.process), daemon=True)
        child.waiter.start()

    def _copy(self, child: _Child, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            child.last_lines = [*child.last_lines[-7:], line.rstrip()]
            self.say(child.program.name, line.rstrip())
        process.stdout.close()

    def _wait(self, child: _Child, process: "subprocess.Popen[str]") -> None:
        process.wait()
        # What it started lives in its session and must not outlive it.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        self._tell_guard(f"-{process.pid}")
        self._ended.put(child)

    def _plan_restart(self, child: _Child) -> None:
        assert child.process is not None
        name, how = child.program.name, _ending(child.process.returncode)
        if time.monotonic() - child.started < IMMEDIATE:
            child.immediate_deaths += 1
        else:
            child.immediate_deaths = 0
        if child.immediate_deaths >= MOST_IMMEDIATE:
            said = "\n".join(f"  {line}" for line in child.last_lines)
            self.failure = f"{name} {how} {MOST_IMMEDIATE} times right after its start:\n{said}"
            self._stopping.set()
            return
        pause = min(LONGEST_PAUSE, self.pause * 2.0 ** max(0, child.immediate_deaths - 1))
        self.say(name, f"{how}; starting it again in {pause:g} s")
        child.start_at = time.monotonic() + pause

    def _stop(self, child: _Child) -> None:
        process, waiter = child.process, child.waiter
        if process is None or waiter is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        until = time.monotonic() + child.program.grace
        while process.poll() is None and time.monotonic() < until and not self._hurry.is_set():
            time.sleep(0.02)
        if process.poll() is None:
            self.say(child.program.name, "did not end when asked to; killing it")
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        waiter.join()

    def _tell_guard(self, line: str) -> None:
        assert self._guard.stdin is not None
        with self._printing, contextlib.suppress(OSError, ValueError):
            self._guard.stdin.write(line + "\n")
            self._guard.stdin.flush()

    def _replace_dead_guard(self) -> None:
        if self._guard.poll() is not None:
            # It is born knowing them: the supervisor may be killed before it could tell.
            self._guard = _start_guard(*self.processes().values())


def _start_guard(*numbers: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(  # nosec B603 # no shell, our own words
        [sys.executable, "-I", "-S", str(GUARD), *map(str, numbers)],
        stdin=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _ending(status: int) -> str:
    if status < 0:
        return f"was killed by {signal.Signals(-status).name}"
    return f"ended with status {status}"
