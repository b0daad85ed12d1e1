"""What a benchmark of the door for devices stands on: a server, a client, people with devices."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from devices.ingesting import partitions
from devices.kinds.blood_pressure.table import TABLE
from healthcare.accounts.credentials import new_token
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.runtime.serve import ENVIRONMENT
from healthcare.walls.owning import as_owner

START = datetime(2026, 10, 1, tzinfo=UTC)
PEOPLE = 50_000
PATIENCE = 30

_PEOPLE = """
INSERT INTO patients_patient (family_name, given_name, family_name_kana, given_name_kana, sex,
    postcode, prefecture, email, language, timezone, invited_at)
SELECT '', '', '', '', '', '', '', '', 'ja', 'Asia/Tokyo', %(now)s
  FROM generate_series(1, %(count)s);
INSERT INTO patients_consent (patient_id, purpose, period, given_by, withdrawn_by)
SELECT id, 'care', tstzrange(%(now)s, NULL), 'benchmark', '' FROM patients_patient;
INSERT INTO devices_device (kind, serial, model, firmware, lot, timezone, registered_at)
SELECT 'blood_pressure', 'BENCH-' || id, '', '', '', 'Asia/Tokyo', %(now)s FROM patients_patient;
INSERT INTO devices_deviceholding (device_id, patient_id, period)
SELECT d.id, p.id, tstzrange(%(now)s, NULL)
  FROM devices_device d JOIN patients_patient p ON d.serial = 'BENCH-' || p.id;
"""


class Client:
    """One kept-alive connection that sends prepared bytes: the client costs as little as can be."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes, *, expect: bytes) -> None:
        self._socket.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._received()
        head, _, body = answer.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        while len(body) < length:
            body += self._received()
        if head.split(b" ", 2)[1] != expect:
            raise RuntimeError(f"{head[:40]!r} {body[:300]!r}")

    def _received(self) -> bytes:
        piece = self._socket.recv(65536)
        if not piece:
            raise RuntimeError("The server closed the connection.")
        return piece

    def close(self) -> None:
        self._socket.close()


def request(token: str, body: Any) -> bytes:
    content = json.dumps(body, separators=(",", ":")).encode()
    return prepared(token, content, "Content-Type: application/json")


def prepared(token: str, content: bytes, *headers: str) -> bytes:
    lines = [
        *("POST /api/v1/readings HTTP/1.1", "Host: 127.0.0.1", *headers),
        *(f"Authorization: Bearer {token}", f"Content-Length: {len(content)}", "", ""),
    ]
    return "\r\n".join(lines).encode() + content


def in_threads(work: Callable[[int], None], *, lanes: int) -> None:
    with ThreadPoolExecutor(lanes) as pool:
        for _ in pool.map(work, range(lanes)):
            pass


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def register() -> list[str]:
    """People with a cuff each; their tokens in order, and the one of a gateway that
    all are entrusted to at the end."""
    began = START - timedelta(days=1)
    with acting_in(Scope.system("benchmark")), connection.cursor() as cursor:
        for statement in _PEOPLE.split(";\n"):
            if statement.strip():
                cursor.execute(statement, {"now": began, "count": PEOPLE})
        cursor.execute(
            "INSERT INTO devices_gateway (name, registered_at) VALUES ('bench', %s) RETURNING id",
            [began],
        )
        (gateway,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO devices_gatewayentrustment (gateway_id, device_id, period)"
            " SELECT %s, id, tstzrange(%s, NULL) FROM devices_device",
            [gateway, began],
        )
        tokens = [new_token("d") for _ in range(PEOPLE)] + [new_token("g")]
        cursor.executemany(
            "INSERT INTO devices_devicecredential"
            " (device_id, gateway_id, place, prefix, hash, created_at)"
            " VALUES (%s, %s, 1, %s, %s, %s)",
            [
                (
                    n if n <= PEOPLE else None,
                    gateway if n > PEOPLE else None,
                    t.prefix,
                    t.hash,
                    began,
                )
                for n, t in enumerate(tokens, start=1)
            ],
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return [token.text for token in tokens]


@contextmanager
def own_database(name: str) -> Iterator[None]:
    """A database of this name for the block, made and dropped."""
    connection.settings_dict["TEST"]["NAME"] = name
    before = setup_databases(verbosity=0, interactive=False)
    try:
        yield
    finally:
        teardown_databases(before, verbosity=0)


def months(before: int = 0) -> None:
    """The partitions of the months that are measured in, and of so many before them."""
    with acting_in(Scope.ingest()):
        partitions.ensure(TABLE, [START, START + timedelta(days=31)])
        for month in range(1, before + 1):
            partitions.ensure(TABLE, [_month(month)])


def fill(count: int, *, months: int = 1, seconds: int = 0) -> None:
    """That many readings spread over all people and over so many months up to that of START,
    before its 20th day; more of them at other `seconds`."""
    sys.stderr.write(f"storing {count:,} readings first ...\n")
    each = max(count // PEOPLE, 1)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '1GB'")
        for before in range(months):
            began = _month(before)
            cursor.execute(
                f"INSERT INTO {partitions.name_of(TABLE, began)}"
                " (patient_id, measured_at, device_id, device_reading_id, received_at, systolic,"
                " diastolic, pulse, flags, utc_offset)"
                " SELECT person, %s + %s * interval '1 second' + n * interval '19 days' / %s,"
                " person, '', %s,"
                " 110 + n %% 40, 70 + n %% 20, 60 + n %% 30, 0, 540"
                " FROM generate_series(1, %s) AS person, generate_series(%s, %s, %s) AS n",
                [began, seconds, each, began, PEOPLE, before + 1, each, months],
            )
        cursor.execute("ANALYZE")


def _month(before: int) -> datetime:
    """The first day of the month so many before that of START."""
    years, month = divmod(START.month - 1 - before, 12)
    return START.replace(year=START.year + years, month=month + 1)


def conninfo() -> str:
    parameters = connection.get_connection_params()
    named = ("dbname", "user", "password", "host", "port")
    return psycopg.conninfo.make_conninfo(
        "", **{name: parameters[name] for name in named if parameters.get(name)}
    )


def url() -> str:
    """The benchmark's database as a DATABASE_URL, for the server's own process."""
    said = psycopg.conninfo.conninfo_to_dict(conninfo())
    database = said.pop("dbname")
    query = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in said.items())
    return f"postgresql:///{database}?{query}"


@dataclass(frozen=True, slots=True)
class Site:
    """granian with one worker: where it listens, and its process."""

    port: int
    pid: int

    def memory(self) -> float:
        """What the worker holds now, in MiB of resident memory."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        held = [_resident(Path(f"/proc/{child}/status").read_text()) for child in children]
        return max(held) / 1024


def _resident(status: str) -> int:
    return int(status.partition("VmRSS:")[2].split()[0])


@contextmanager
def served() -> Iterator[Site]:
    """granian with one worker on a free port, as `serve` starts it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "healthcare.asgi:application"),
            *("--interface", "asginl", "--host", "127.0.0.1", "--port", str(port)),
            *("--workers", "1", "--no-ws"),
        ],
        env={**os.environ, **ENVIRONMENT, "DATABASE_URL": url()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await(port)
        yield Site(port, server.pid)
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE)


def _await(port: int) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return
