"""`manage.py serve` as it is: killed in every part, stopped in order, nothing left."""

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from healthcare.runtime import ports
from healthcare.runtime.places import Places
from healthcare.runtime.serve import programs

from .conftest import PROJECT, eventually, is_alive, is_down, kill, postmaster

Serve = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def serve(root: Path) -> Iterator[Serve]:
    """Start `manage.py serve` on the throw-away server of this test."""
    started: list[subprocess.Popen[str]] = []
    unwanted = {"DATABASE_URL", "CELERY_BROKER_URL", "PORT", "HOST"}
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    environment |= {
        "MIMAMORI_VAR": str(root.parent),
        "DJANGO_SETTINGS_MODULE": "healthcare.settings",
    }

    def serve(*arguments: str) -> "subprocess.Popen[str]":
        started.append(
            subprocess.Popen(
                [sys.executable, "-u", "manage.py", "serve", *arguments],
                cwd=PROJECT,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
        return started[-1]

    yield serve
    for process in started:
        process.kill()
        process.communicate(timeout=90)


def children(number: int) -> dict[str, int]:
    """The processes that the supervisor started, by what they are."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            command = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        for name, word in (("web", b"granian"), ("beat", b"beat"), ("worker", b"worker")):
            if parent == number and word in command:
                found[name] = int(entry.name)
    return found


def status_of(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=90) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def test_it_serves_through_every_kill_and_leaves_nothing_behind(root: Path, serve: Serve) -> None:
    port = ports.free()
    process = serve("--port", str(port))
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if "Serving on" in line:
            break
    assert said, "it ended without a word"
    assert f"Serving on http://127.0.0.1:{port}" in said[-1], "".join(said)
    first = children(process.pid)
    assert set(first) == {"web", "beat", "worker"}
    kill(first["web"])
    kill(first["worker"])
    kill(postmaster(Places(root)))
    assert eventually(lambda: len(set(children(process.pid).values()) - set(first.values())) == 2)
    assert eventually(lambda: status_of(f"http://127.0.0.1:{port}/readyz") == 200)
    last = children(process.pid)
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=120)
    assert process.returncode == 0, rest
    assert rest.endswith("Stopped.\n")
    assert not any(map(is_alive, [*first.values(), *last.values()]))
    assert is_down(Places(root))


def test_a_port_in_the_way_is_named(serve: Serve) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        process = serve("--port", str(port))
        said, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert f"Port {port} is taken by process {os.getpid()}" in said


def test_what_runs_is_told_where_and_how_many() -> None:
    web, beat, worker = programs(host="127.0.0.1", port=8123, workers=3)
    assert [web.name, beat.name, worker.name] == ["web", "beat", "worker"]
    assert web.command[web.command.index("--port") + 1] == "8123"
    assert web.command[web.command.index("--workers") + 1] == "3"
