"""The servers of the project side by side: web, worker, beat, and the database under them."""

import http.client
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from healthcare.runtime import ports, postgres
from healthcare.runtime.supervisor import Out, Program, Supervisor
from healthcare.walls.owning import as_owner

FIRST_ANSWER = 120.0
MOST_ERRORS = 3
HEALTH = "/healthz"
# Root in a container is meant; a missing folder of collected static files is no news.
_WARNINGS = "ignore:You're running the worker with superuser,ignore:No directory at"

ENVIRONMENT = {
    "PYTHONUNBUFFERED": "1",
    "PYTHONWARNINGS": _WARNINGS,
    # glibc learns from a large body that was freed to keep such memory, in each thread for itself:
    # ten minutes of all sorts of bodies left a worker at 200 MiB; with these it stays at 175.
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(256 * 1024),
    "MALLOC_TRIM_THRESHOLD_": str(1024 * 1024),
}


class ServeError(Exception):
    """The servers cannot run; the message says why."""


@dataclass(frozen=True)
class Site:
    """Servers that run."""

    host: str
    port: int
    supervisor: Supervisor

    @property
    def address(self) -> str:
        """Where the site is, without a closing slash."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def stop_on_signals(self) -> None:
        """From now on Ctrl-C, SIGTERM and a closed terminal stop the site instead of this
        process; a second one does not wait. Only the main thread may ask for this."""
        asked: list[int] = []

        def stop(number: int, frame: FrameType | None) -> None:
            self.supervisor.stop(hurry=bool(asked))
            asked.append(number)

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, stop)

    def wait(self) -> None:
        """Wait until the servers have stopped; raise ServeError if they gave up."""
        # In slices, because a signal handler runs only between two waits on some systems.
        while not self.supervisor.finished.wait(0.5):
            pass
        if self.supervisor.failure:
            raise ServeError(self.supervisor.failure)


def migrate_if_needed(out: Out) -> None:
    """Apply the migrations that the database does not have yet."""
    # A database that is new has no other role to ask as than its owner.
    with as_owner():
        executor = MigrationExecutor(connections["default"])
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if pending:
            out.write(f"Applying {len(pending)} migrations ...\n")
            out.flush()
            call_command("migrate", verbosity=0, interactive=False)


@contextmanager
def running(
    *, host: str = "127.0.0.1", port: int, workers: int = 1, out: Out = sys.stderr
) -> Iterator[Site]:
    """Run the servers for the block, on a database with every migration; yields the site once
    it answers. Raises ports.PortTaken or ServeError."""
    ports.check(host, port)
    migrate_if_needed(out)
    connections.close_all()
    supervisor = Supervisor(
        programs(host=host, port=port, workers=workers),
        folder=Path(settings.BASE_DIR),
        environment={**os.environ, **ENVIRONMENT},
        out=out,
        tend=_tend_database(),
    )
    site = Site(host, port, supervisor)
    supervisor.start()
    try:
        _await_answer(site)
        yield site
    finally:
        supervisor.stop()
        supervisor.finished.wait()


def programs(*, host: str, port: int, workers: int) -> list[Program]:
    """What runs, in the order in which it starts and stops: first nothing new comes in, then
    what came in is finished."""
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "--quiet", "-A", "healthcare"]
    return [
        Program(
            "web",
            [
                *(
                    *python,
                    "granian",
                    "--interface",
                    "asginl",
                    "--no-ws",
                    "--no-access-log",
                    "--log-level",
                    "error",
                ),
                *("--host", host, "--port", str(port), "--workers", str(workers)),
                *("--respawn-failed-workers", "--workers-kill-timeout", "8"),
                "healthcare.asgi:application",
            ],
        ),
        # What it has not acknowledged when it ends stays with the broker.
        *(
            [Program("mqtt", [sys.executable, "manage.py", "mqtt_subscribe"], grace=20)]
            if settings.MQTT_URL
            else []
        ),
        Program("beat", [*celery, "beat", "--loglevel", "WARNING", "--pidfile="], grace=5),
        Program(
            "worker",
            [
                *(*celery, "worker", "--loglevel", "WARNING", "--concurrency", "2"),
                *("--without-gossip", "--without-mingle", "--without-heartbeat"),
            ],
            # A task may take 45 s; one that is killed here is delivered again.
            grace=20,
        ),
    ]


def _tend_database() -> Callable[[], None]:
    root: Any = connections["default"].settings_dict.get("EMBEDDED_IN")
    if not root:
        return lambda: None
    return postgres.server(Path(root)).tend


def _await_answer(site: Site) -> None:
    until, errors = time.monotonic() + FIRST_ANSWER, 0
    while time.monotonic() < until and not site.supervisor.finished.is_set():
        status = _status(site)
        if 0 < status < 500:
            return
        if status:
            errors += 1
            if errors == MOST_ERRORS:
                raise ServeError(f"{site.address}{HEALTH} answers {status}: see the lines above.")
        time.sleep(1.0 if status else 0.1)
    raise ServeError(
        site.supervisor.failure or f"{site.address} does not answer after {FIRST_ANSWER:g} s."
    )


def _status(site: Site) -> int:
    """What the site answers to a question after its health; 0 when it does not answer yet."""
    connection = http.client.HTTPConnection(site.host, site.port, timeout=10)
    try:
        connection.request("GET", HEALTH)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
