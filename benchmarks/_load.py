"""Load from one thread: as many connections as there are devices posting at once."""

import os
import re
import selectors
import shutil
import socket
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from healthcare.runtime.places import wheel_programs

CLIENTS = 32
BODY = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Load:
    """What a load met: answers a second, and how long the answers took, in milliseconds."""

    rate: float
    p50: float
    p99: float


@dataclass(slots=True)
class _Lane:
    socket: socket.socket
    sent: float = 0.0
    received: bytes = b""


def post(port: int, requests: Iterable[bytes], *, expect: bytes, clients: int = CLIENTS) -> Load:
    """Send prepared requests over kept-alive connections, each waiting for its answer.

    Raises RuntimeError for an answer with another status.
    """
    waiting = deque(requests)
    times: list[float] = []
    with selectors.DefaultSelector() as ready:
        for _ in range(min(clients, len(waiting))):
            one = socket.create_connection(("127.0.0.1", port), timeout=30)
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            ready.register(one, selectors.EVENT_READ, _Lane(one))
        began = time.perf_counter()
        for key in list(ready.get_map().values()):
            _send(key.data, waiting.popleft())
        while ready.get_map():
            for key, _ in ready.select():
                if not _answered(key.data, expect):
                    continue
                times.append(time.perf_counter() - key.data.sent)
                if waiting:
                    _send(key.data, waiting.popleft())
                else:
                    ready.unregister(key.data.socket)
                    key.data.socket.close()
        took = time.perf_counter() - began
    times.sort()
    return Load(
        rate=len(times) / took,
        p50=times[len(times) // 2] * 1_000,
        p99=times[len(times) * 99 // 100] * 1_000,
    )


def _send(lane: _Lane, request: bytes) -> None:
    lane.sent = time.perf_counter()
    lane.socket.sendall(request)


def _answered(lane: _Lane, expect: bytes) -> bool:
    piece = lane.socket.recv(65536)
    if not piece:
        raise RuntimeError("The server closed the connection.")
    lane.received += piece
    head, found, body = lane.received.partition(BODY)
    if not found:
        return False
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    if len(body) < length:
        return False
    if head.split(b" ", 2)[1] != expect:
        raise RuntimeError(f"{head[:40]!r} {body[:300]!r}")
    lane.received = b""
    return True


def pgbench(conninfo: str, script: str, *, seconds: int) -> float:
    """Transactions a second of pgbench with this script, from as many clients."""
    said = psycopg.conninfo.conninfo_to_dict(conninfo)
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE"}
    given = {names[name]: str(said[name]) for name in names if said.get(name)}
    if said.get("password"):
        given["PGPASSWORD"] = str(said["password"])
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        done = subprocess.run(
            [
                *(_program(), "--no-vacuum", "--protocol", "prepared", "--jobs", "2"),
                *("--client", str(CLIENTS), "--time", str(seconds), "--file", file.name),
            ],
            env={**os.environ, **given},
            capture_output=True,
            text=True,
            check=True,
        )
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    if found is None:
        raise RuntimeError(f"pgbench said: {done.stdout}")
    return float(found[1])


def _program() -> str:
    wheel = Path(wheel_programs()) / "pgbench"
    program = str(wheel) if wheel.exists() else shutil.which("pgbench")
    if program is None:
        raise RuntimeError("pgbench is not here: it comes with PostgreSQL's own programs.")
    return program
