"""Programs that die are started again; programs that are told to end leave nothing behind."""

import io
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from healthcare.runtime.supervisor import Program, Supervisor

from .conftest import PROJECT, eventually, is_alive, kill

# Starts a child of its own, says both numbers, and waits.
FAMILY = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"])
print("family", os.getpid(), child.pid, flush=True)
time.sleep(600)
"""
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(600)
"""


def python(name: str, code: str, grace: float = 10) -> Program:
    return Program(name, [sys.executable, "-S", "-c", code], grace=grace)


class Lines(io.StringIO):
    """Collects what is written, to be read while it is."""

    def families(self) -> list[tuple[int, int]]:
        """The numbers that FAMILY said, each time it started."""
        words = [line.split() for line in self.getvalue().splitlines() if "family" in line]
        return [(int(said[-2]), int(said[-1])) for said in words]


@pytest.fixture
def out() -> Lines:
    return Lines()


@pytest.fixture
def supervise(tmp_path: Path, out: Lines) -> Iterator[Callable[..., Supervisor]]:
    started: list[Supervisor] = []

    def start(*programs: Program, **options: object) -> Supervisor:
        supervisor = Supervisor(programs, folder=tmp_path, out=out, pause=0.01, **options)  # type: ignore[arg-type]
        started.append(supervisor)
        supervisor.start()
        return supervisor

    yield start
    for each in started:
        each.stop(hurry=True)
        assert each.finished.wait(90)


def test_a_killed_program_is_started_again_without_its_orphans(
    supervise: Callable[..., Supervisor], out: Lines
) -> None:
    supervise(python("web", FAMILY))
    assert eventually(lambda: len(out.families()) == 1)
    [(leader, member)] = out.families()
    kill(leader)
    assert eventually(lambda: len(out.families()) == 2)
    assert eventually(lambda: not is_alive(member))
    assert "web | was killed by SIGKILL" in out.getvalue()
    assert is_alive(out.families()[1][0])


def test_stopping_ends_everything_in_order(
    supervise: Callable[..., Supervisor], out: Lines
) -> None:
    supervisor = supervise(python("web", FAMILY), python("worker", FAMILY))
    assert eventually(lambda: len(out.families()) == 2)
    supervisor.stop()
    assert supervisor.finished.wait(90)
    assert supervisor.failure is None
    assert supervisor.processes() == {}
    for numbers in out.families():
        assert not any(map(is_alive, numbers))


def test_a_program_that_does_not_end_is_killed_after_its_grace(
    supervise: Callable[..., Supervisor], out: Lines
) -> None:
    supervisor = supervise(python("stubborn", STUBBORN, grace=0.2))
    assert eventually(lambda: "ready" in out.getvalue())
    supervisor.stop()
    assert supervisor.finished.wait(90)
    assert "did not end when asked to" in out.getvalue()


def test_a_second_request_does_not_wait(supervise: Callable[..., Supervisor], out: Lines) -> None:
    supervisor = supervise(python("stubborn", STUBBORN, grace=600))
    assert eventually(lambda: "ready" in out.getvalue())
    supervisor.stop()
    supervisor.stop(hurry=True)
    assert supervisor.finished.wait(90)


def test_a_program_that_cannot_run_is_given_up_with_its_last_words(
    supervise: Callable[..., Supervisor], out: Lines
) -> None:
    supervisor = supervise(
        python("web", FAMILY), python("worker", "raise SystemExit('no such broker')")
    )
    assert supervisor.finished.wait(90)
    assert supervisor.failure is not None
    assert "worker ended with status 1 5 times right after its start" in supervisor.failure
    assert "no such broker" in supervisor.failure
    for numbers in out.families():
        assert not any(map(is_alive, numbers))


def test_a_missing_program_is_named(supervise: Callable[..., Supervisor]) -> None:
    supervisor = supervise(Program("web", ["/nowhere/granian"]))
    assert supervisor.finished.wait(90)
    assert "/nowhere/granian" in str(supervisor.failure)


def test_a_failing_database_ends_everything(
    supervise: Callable[..., Supervisor], out: Lines
) -> None:
    def tend() -> None:
        raise RuntimeError("PostgreSQL did not start")

    supervisor = supervise(python("web", FAMILY), tend=tend)
    assert supervisor.finished.wait(90)
    assert supervisor.failure == "PostgreSQL did not start"
    for numbers in out.families():
        assert not any(map(is_alive, numbers))


SUPERVISE = f"""
import sys
from pathlib import Path
from healthcare.runtime.supervisor import Program, Supervisor
program = Program("web", [sys.executable, "-S", "-c", {FAMILY!r}])
supervisor = Supervisor([program], folder=Path("/"), out=sys.stdout)
supervisor.start()
supervisor.finished.wait()
"""


@pytest.fixture
def supervising() -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISE], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    yield process
    process.kill()
    process.communicate(timeout=90)


def test_a_killed_supervisor_leaves_no_orphans(supervising: "subprocess.Popen[str]") -> None:
    assert supervising.stdout is not None
    said = supervising.stdout.readline().split()
    family = int(said[-2]), int(said[-1])
    assert all(map(is_alive, family))
    supervising.kill()
    assert eventually(lambda: not any(map(is_alive, family)))


def test_a_killed_guard_is_replaced(supervising: "subprocess.Popen[str]") -> None:
    assert supervising.stdout is not None
    said = supervising.stdout.readline().split()
    family = int(said[-2]), int(said[-1])
    first = guard_of(supervising.pid)
    kill(first)
    assert eventually(lambda: guard_of(supervising.pid) not in {first, 0})
    supervising.kill()
    assert eventually(lambda: not any(map(is_alive, family)))


def guard_of(supervisor: int) -> int:
    """The guard that a supervisor has now, 0 for none."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if int(parent) == supervisor and b"guard.py" in command:
            return int(entry.name)
    return 0
