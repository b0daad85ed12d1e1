"""Readings over HTTP beside what PostgreSQL can do with the same rows and the same index.

One post at a time is compared with a raw single-row INSERT committed by as many connections; a
batch with one raw binary COPY of the rows in the order of arrival. Everything runs on this machine
at once: the client, granian with one worker, and PostgreSQL. In a database of its own, which is
dropped at the end. `READINGS` sets the size.
"""

import io
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import psycopg
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from devices.ingesting import partitions
from devices.kinds.blood_pressure.table import TABLE
from healthcare.accounts.credentials import new_token
from healthcare.hospitals.scope import Scope, acting_in

START = datetime(2026, 10, 1, tzinfo=UTC)
PEOPLE = 2_000
CLIENTS = 16
BATCHES = (1_000, 10_000)
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

Request = bytes


def main() -> dict[str, Any]:
    """Posts and rows a second, and their share of the raw limit of the same run."""
    singles = int(os.environ.get("READINGS", "60000")) // 20
    rows = singles * 20
    with _own_database(), _partitions(), _served() as port:
        tokens = _register()
        figures: dict[str, Any] = {
            "raw_inserts_per_second": round(_raw_inserts(singles)),
            "posts_per_second": round(_posts(port, tokens, singles)),
        }
        figures["posts_of_raw_inserts"] = _share(figures, "posts", "raw_inserts")
        figures["raw_copy_rows_per_second"] = round(_raw_copy(rows))
        gateway = tokens[-1]
        for size in BATCHES:
            for form, body in (("json", _as_items), ("columns", _as_columns)):
                rate = _batches(port, gateway, rows, size, body)
                name = f"{form}_{size}"
                figures[f"{name}_rows_per_second"] = round(rate)
                figures[f"{name}_of_raw_copy"] = round(
                    rate / figures["raw_copy_rows_per_second"], 3
                )
    for name, value in figures.items():
        sys.stdout.write(f"  ingest {name:<34} {value:>12,}\n")
    return figures


def _share(figures: dict[str, Any], part: str, whole: str) -> float:
    return round(float(figures[f"{part}_per_second"] / figures[f"{whole}_per_second"]), 3)


# --- the raw limits ------------------------------------------------------------------------


def _raw_inserts(count: int) -> float:
    """Single-row inserts a second, each committed, by as many connections as there are clients."""
    statement = (
        f"INSERT INTO raw_readings ({','.join(TABLE.names)})"
        f" VALUES ({','.join(['%s'] * len(TABLE.names))})"
    )

    def insert(lane: int) -> None:
        with psycopg.connect(_conninfo(), autocommit=True) as raw:
            for n in range(lane, count, CLIENTS):
                raw.execute(statement, _row(n, shift=-1), prepare=True)

    with _raw_table():
        return count / _seconds(lambda: _in_threads(insert))


def _raw_copy(count: int) -> float:
    """Rows a second of one binary COPY of rows that are packed already, in order of arrival."""
    packed = io.BytesIO()
    columns = ",".join(TABLE.names)
    with _raw_table(), connection.cursor() as cursor:
        with cursor.copy(f"COPY raw_readings ({columns}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(TABLE.types)
            for n in range(count):
                copy.write_row(_row(n, shift=-1))
        with cursor.copy(f"COPY raw_readings ({columns}) TO STDOUT (FORMAT BINARY)") as copy:
            for piece in copy:
                packed.write(piece)
        cursor.execute("TRUNCATE raw_readings")

        def load() -> None:
            with cursor.copy(f"COPY raw_readings ({columns}) FROM STDIN (FORMAT BINARY)") as copy:
                copy.write(packed.getbuffer())

        return count / _seconds(load)


@contextmanager
def _raw_table() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE raw_readings (LIKE {TABLE.name} INCLUDING ALL)")
        yield
        cursor.execute("DROP TABLE raw_readings")


# --- the product ---------------------------------------------------------------------------


def _posts(port: int, tokens: Sequence[str], count: int) -> float:
    """Single items a second, from as many kept-alive connections as there are clients."""

    def post(lane: int) -> None:
        with closing(_Client(port)) as client:
            for n in range(lane, count, CLIENTS):
                person = n % PEOPLE
                client.send(_request(tokens[person], _item(n, shift=0)), expect=b"201")

    _in_threads(lambda lane: _warm(port, tokens, lane))
    return count / _seconds(lambda: _in_threads(post))


def _warm(port: int, tokens: Sequence[str], lane: int) -> None:
    """Let each thread of the server open its connection before the clock runs."""
    with closing(_Client(port)) as client:
        client.send(_request(tokens[lane], _item(lane, shift=300)), expect=b"201")


def _batches(
    port: int, token: str, count: int, size: int, body: Callable[[Sequence[int], int], Any]
) -> float:
    """Rows a second of a gateway's bodies of that many items, from two connections."""
    _batches.shift = getattr(_batches, "shift", 400) + 1  # type: ignore[attr-defined]
    shift: int = _batches.shift  # type: ignore[attr-defined]
    starts = range(0, max(count, size * 4), size)
    requests = [_request(token, body(range(n, n + size), shift)) for n in starts]

    def post(lane: int) -> None:
        with closing(_Client(port)) as client:
            for request in requests[lane::2]:
                client.send(request, expect=b"200")

    return len(requests) * size / _seconds(lambda: _in_threads(post, lanes=2))


def _row(n: int, *, shift: int) -> tuple[Any, ...]:
    person = n % PEOPLE + 1
    return (person, _time(n, shift), person, "", START, 128, 82, 64, None, 0, 0, None, None)


def _time(n: int, shift: int) -> datetime:
    return START + timedelta(seconds=60 * (n // PEOPLE + 1), milliseconds=shift)


def _item(n: int, *, shift: int, **fields: Any) -> dict[str, Any]:
    return {
        "kind": "blood_pressure",
        "measured_at": _time(n, shift).isoformat(),
        "systolic": 128,
        "diastolic": 82,
        "pulse": 64,
        **fields,
    }


def _as_items(numbers: Sequence[int], shift: int) -> Any:
    return {"readings": [_item(n, shift=shift, device=f"BENCH-{n % PEOPLE + 1}") for n in numbers]}


def _as_columns(numbers: Sequence[int], shift: int) -> Any:
    return {
        "kind": "blood_pressure",
        "columns": {
            "device": [f"BENCH-{n % PEOPLE + 1}" for n in numbers],
            "measured_at": [_time(n, shift).isoformat() for n in numbers],
            "systolic": [128] * len(numbers),
            "diastolic": [82] * len(numbers),
            "pulse": [64] * len(numbers),
        },
    }


# --- the stage -----------------------------------------------------------------------------


class _Client:
    """One kept-alive connection that sends prepared bytes: the client costs as little as can be."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: Request, *, expect: bytes) -> None:
        self._socket.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._received()
        head, _, body = answer.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        while len(body) < length:
            body += self._received()
        if head.split(b" ", 2)[1] != expect or (b'"accepted"' in body and b'"accepted":0' in body):
            raise RuntimeError(f"{head[:40]!r} {body[:300]!r}")

    def _received(self) -> bytes:
        piece = self._socket.recv(65536)
        if not piece:
            raise RuntimeError("The server closed the connection.")
        return piece

    def close(self) -> None:
        self._socket.close()


def _request(token: str, body: Any) -> Request:
    content = json.dumps(body, separators=(",", ":")).encode()
    head = (
        "POST /api/v1/readings HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def _in_threads(work: Callable[[int], None], *, lanes: int = CLIENTS) -> None:
    with ThreadPoolExecutor(lanes) as pool:
        for _ in pool.map(work, range(lanes)):
            pass


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _register() -> list[str]:
    """People with a cuff each; their tokens in order, and a gateway's at the end."""
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
def _own_database() -> Iterator[None]:
    connection.settings_dict["TEST"]["NAME"] = "bench_ingest"
    before = setup_databases(verbosity=0, interactive=False)
    try:
        yield
    finally:
        teardown_databases(before, verbosity=0)


@contextmanager
def _partitions() -> Iterator[None]:
    with acting_in(Scope.system("benchmark")):
        partitions.ensure(TABLE, [START, START + timedelta(days=31)])
    yield


def _conninfo() -> str:
    parameters = connection.get_connection_params()
    named = ("dbname", "user", "password", "host", "port")
    return psycopg.conninfo.make_conninfo(
        "", **{name: parameters[name] for name in named if parameters.get(name)}
    )


def _url() -> str:
    """The benchmark's database as a DATABASE_URL, for the server's own process."""
    said = psycopg.conninfo.conninfo_to_dict(_conninfo())
    database = said.pop("dbname")
    query = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in said.items())
    return f"postgresql:///{database}?{query}"


@contextmanager
def _served() -> Iterator[int]:
    """granian with one worker on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "healthcare.wsgi:application"),
            *("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
            *("--workers", "1", "--blocking-threads", "8", "--no-ws"),
        ],
        env={**os.environ, "DATABASE_URL": _url()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await(port)
        yield port
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
