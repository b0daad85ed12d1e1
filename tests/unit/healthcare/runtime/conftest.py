"""Throw-away embedded servers, and processes that use them. Only own processes are killed."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from healthcare.runtime import locks
from healthcare.runtime.places import Places
from healthcare.runtime.postgres import Server

PROJECT = Path(__file__).resolve().parents[4]

# Uses a server until its standard input ends. Says so with the number of each process that does.
USER = """
import os, sys
from pathlib import Path
from healthcare.runtime import postgres

postgres.database(Path(sys.argv[1]))
forked = sys.argv[2:] == ["fork"] and os.fork() == 0
os.write(1, b"%d\\n" % os.getpid())
sys.stdin.read()
if forked:
    os._exit(0)
"""


class User:
    """Another process that uses a server."""

    def __init__(self, root: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(root), *arguments],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.forked = bool(arguments)

    def ready(self) -> list[int]:
        """Wait until it uses the server; return the numbers of its processes, its own last."""
        assert self.process.stdout is not None
        numbers = [int(self.process.stdout.readline()) for _ in range(1 + self.forked)]
        return sorted(numbers, key=lambda number: number == self.process.pid)

    def leave(self) -> None:
        """Let it end in order."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=90)

    def kill(self) -> None:
        """End it as the kernel would."""
        self.process.kill()
        self.process.wait(timeout=90)


def postmaster(places: Places) -> int:
    """The number of the server's first process."""
    return int((places.data / "postmaster.pid").read_text().split()[0])


def is_alive(number: int) -> bool:
    """Whether the process runs; one that only waits to be waited for does not."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def eventually(what: Callable[[], bool], seconds: float = 90) -> bool:
    """Whether it becomes true; a bound on a hang, not a measurement."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if what():
            return True
        time.sleep(0.02)
    return False


def is_down(places: Places) -> bool:
    """Whether no process of the server and no keeper is left."""
    return locks.is_free(places.keeper_lock) and locks.is_free(places.server_lock)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path that other accounts may pass through."""
    path = Path(tempfile.mkdtemp(prefix="mm-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cluster made once for all the processes of a test run; tests start copies of it."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    own = tmp_path_factory.getbasetemp()
    folder = own.parent / f"template-{run}" if run else own / "template"
    folder.mkdir(exist_ok=True)
    with locks.exclusive(folder / "lock"):
        server = Server(Places(folder / "postgres"))
        if not server.places.data.exists():
            server.use()
            server.leave()
    return folder / "postgres"


def copy_cluster(template: Path, root: Path) -> None:
    """Copy a cluster that is not running."""
    root.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(template, root, symlinks=True, ignore=shutil.ignore_patterns(".s.PGSQL*"))


@pytest.fixture
def root(folder: Path, template: Path) -> Iterator[Path]:
    """The folder of a server that is not running yet."""
    path = folder / "postgres"
    copy_cluster(template, path)
    yield path
    assert eventually(lambda: is_down(Places(path))), "a test left its server running"


@pytest.fixture
def server(root: Path) -> Iterator[Server]:
    """A server as this process sees it; left at the end, however the test ends."""
    server = Server(Places(root))
    yield server
    server.leave()


@pytest.fixture
def user(root: Path) -> Iterator[Callable[..., User]]:
    """Start processes that use the server of `root`."""
    started: list[User] = []

    def start(*arguments: str) -> User:
        started.append(User(root, *arguments))
        return started[-1]

    yield start
    for each in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(each.process.pid, signal.SIGKILL)
        each.process.wait(timeout=90)
        for pipe in (each.process.stdin, each.process.stdout):
            assert pipe is not None
            pipe.close()


def kill(number: int) -> None:
    """kill -9."""
    os.kill(number, signal.SIGKILL)
