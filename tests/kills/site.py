"""A site that may be killed: an embedded PostgreSQL and web workers that nobody else uses.

It lives in a folder of its own, so that nothing here can reach the server of a test run or of a
developer, and only processes that it started are ever named.
"""

import http.client
import os
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connections

from healthcare.runtime import postgres
from healthcare.runtime.database_url import databases
from healthcare.runtime.places import Places
from healthcare.runtime.serve import ENVIRONMENT, migrate_if_needed, programs
from healthcare.runtime.supervisor import Program, Supervisor

PATIENCE = 120.0
OTHERS = {"DATABASE_URL", "CELERY_BROKER_URL", "MQTT_URL", "PORT", "HOST"}


@dataclass(frozen=True)
class Cluster:
    """An embedded PostgreSQL of this process, with every migration."""

    var: Path

    @property
    def places(self) -> Places:
        return Places(self.var / "postgres")

    def answers(self) -> bool:
        return postgres.server(self.places.root).answers()

    def postmaster(self) -> int:
        return int((self.places.data / "postmaster.pid").read_text("ascii").split()[0])

    def backends(self) -> list[int]:
        """Processes that serve a client; those that just do something come first."""
        found = []
        for number in children(self.postmaster()):
            title = command(number)
            if title.startswith("postgres: mimamori"):
                found.append((title.rstrip().endswith("idle"), number))
        return [number for _, number in sorted(found)]


@contextmanager
def own_cluster() -> Iterator[Cluster]:
    """Django's default connection is to a cluster in a new folder, for the block."""
    var = Path(tempfile.mkdtemp(prefix="mm-"))
    var.chmod(0o711)  # the account that the server runs as passes through
    ours = connections["default"].settings_dict
    kept = dict(ours)
    connections.close_all()
    ours.update(databases({}, var)["default"])
    cluster = Cluster(var)
    try:
        migrate_if_needed(sys.stderr)
        yield cluster
    finally:
        connections.close_all()
        ours.clear()
        ours.update(kept)
        postgres.server(cluster.places.root).leave()
        shutil.rmtree(cluster.places.state, ignore_errors=True)
        shutil.rmtree(var, ignore_errors=True)


@dataclass(frozen=True)
class Web:
    """The web program of `make serve`, supervised as there."""

    port: int
    supervisor: Supervisor

    def workers(self) -> list[int]:
        """The processes that answer, the oldest first."""
        number = self.supervisor.processes().get("web")
        found = [] if number is None else children(number)
        return [child for child in found if "resource_tracker" not in command(child)]

    def await_answer(self) -> None:
        until = time.monotonic() + PATIENCE
        while not self._is_well():
            if self.supervisor.failure or time.monotonic() > until:
                raise RuntimeError(f"The site does not answer. {self.supervisor.failure or ''}")
            time.sleep(0.1)

    def _is_well(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def environment(cluster: Cluster) -> dict[str, str]:
    """What a process needs to work on this cluster and no other."""
    return {
        **{name: value for name, value in os.environ.items() if name not in OTHERS},
        "MIMAMORI_VAR": str(cluster.var),
        "SECRET_KEY": settings.SECRET_KEY,  # keys of devices are hashed with it
        "DJANGO_SETTINGS_MODULE": "healthcare.settings",
    }


@contextmanager
def web(cluster: Cluster, *, workers: int) -> Iterator[Web]:
    """Serve that cluster on a free port; what the servers said stays in `web.log` beside it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    named = programs(host="127.0.0.1", port=port, workers=workers)
    with (cluster.var / "web.log").open("a") as log:
        supervisor = Supervisor(
            [Program(one.name, one.command) for one in named if one.name == "web"],
            folder=Path(settings.BASE_DIR),
            environment=environment(cluster) | ENVIRONMENT,
            out=log,
        )
        served = Web(port, supervisor)
        supervisor.start()
        try:
            served.await_answer()
            yield served
        finally:
            supervisor.stop()
            supervisor.finished.wait()


def children(number: int) -> list[int]:
    """The children of a process, the oldest first; none when it is gone."""
    try:
        found = Path(f"/proc/{number}/task/{number}/children").read_text("ascii").split()
    except OSError:
        return []
    return sorted(map(int, found), key=born)


def born(number: int) -> int:
    """When a process began, in the kernel's ticks; 0 when it is gone."""
    try:
        stat = Path(f"/proc/{number}/stat").read_text("ascii", "replace")
    except OSError:
        return 0
    return int(stat.rpartition(")")[2].split()[19])


def command(number: int) -> str:
    try:
        return Path(f"/proc/{number}/cmdline").read_text("utf-8", "replace").replace("\0", " ")
    except OSError:
        return ""
