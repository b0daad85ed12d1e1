"""Readings over HTTP beside what PostgreSQL can do with the same rows and the same index.

One post at a time is compared with a raw single-row INSERT committed by as many connections; a
batch with one raw binary COPY of the rows in the order of arrival. Everything runs on this machine
at once: the client, granian with one worker, and PostgreSQL. In a database of its own, which is
dropped at the end. `READINGS` sets the size.
"""

import io
import itertools
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from typing import Any

import psycopg
from django.db import connection

from benchmarks._stage import (
    CLIENTS,
    PEOPLE,
    START,
    Client,
    conninfo,
    in_threads,
    months,
    own_database,
    register,
    request,
    seconds,
    served,
)
from devices.kinds.blood_pressure.table import TABLE
from healthcare.walls.owning import as_owner

BATCHES = (1_000, 10_000)
COLUMNS = ",".join(TABLE.names)
COPY = f"COPY raw_readings ({COLUMNS}) {{}} (FORMAT BINARY)"
# Every series of readings has its own milliseconds, so that none repeats another's.
RAW = -1
series = itertools.count()


def main() -> dict[str, Any]:
    """Posts and rows a second, and their share of the raw limit of the same run."""
    rows = int(os.environ.get("READINGS", "60000"))
    with own_database("bench_ingest"), served() as port:
        months()
        tokens = register()
        figures = {**_single(port, tokens, rows // 20), **_batched(port, tokens[-1], rows)}
    for name, value in figures.items():
        sys.stdout.write(f"  ingest {name:<34} {value:>12,}\n")
    return figures


def _single(port: int, tokens: Sequence[str], count: int) -> dict[str, float]:
    raw, posts = _raw_inserts(count), _posts(port, tokens, count)
    return {
        "raw_inserts_per_second": round(raw),
        "posts_per_second": round(posts),
        "posts_of_raw_inserts": round(posts / raw, 3),
    }


def _batched(port: int, token: str, count: int) -> dict[str, float]:
    raw = _raw_copy(count)
    figures: dict[str, float] = {"raw_copy_rows_per_second": round(raw)}
    for size in BATCHES:
        for form, body in (("json", _as_items), ("columns", _as_columns)):
            rate = _batches(port, token, count, size, body)
            figures[f"{form}_{size}_rows_per_second"] = round(rate)
            figures[f"{form}_{size}_of_raw_copy"] = round(rate / raw, 3)
    return figures


# --- the raw limits ------------------------------------------------------------------------


def _raw_inserts(count: int) -> float:
    """Single-row inserts a second, each committed, by as many connections as there are clients."""
    marks = ",".join(["%s"] * len(TABLE.names))
    statement = f"INSERT INTO raw_readings ({COLUMNS}) VALUES ({marks})"

    def insert(lane: int) -> None:
        with psycopg.connect(conninfo(), autocommit=True) as raw:
            for n in range(lane, count, CLIENTS):
                raw.execute(statement, _row(n), prepare=True)

    with _raw_table():
        return count / seconds(lambda: in_threads(insert))


def _raw_copy(count: int) -> float:
    """Rows a second of one binary COPY of rows that are packed already, in order of arrival."""
    packed = io.BytesIO()
    with _raw_table(), connection.cursor() as cursor:
        with cursor.copy(COPY.format("FROM STDIN")) as copy:
            copy.set_types(TABLE.types)
            for n in range(count):
                copy.write_row(_row(n))
        with cursor.copy(COPY.format("TO STDOUT")) as copy:
            for piece in copy:
                packed.write(piece)

        def load() -> None:
            with cursor.copy(COPY.format("FROM STDIN")) as copy:
                copy.write(packed.getbuffer())

        rates = []
        for _ in range(3):
            cursor.execute("TRUNCATE raw_readings")
            rates.append(count / seconds(load))
    return sorted(rates)[1]


@contextmanager
def _raw_table() -> Iterator[None]:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE raw_readings (LIKE {TABLE.name} INCLUDING ALL)")
        yield
        cursor.execute("DROP TABLE raw_readings")


def _row(n: int) -> tuple[Any, ...]:
    person = n % PEOPLE + 1
    return (person, _time(n, RAW), person, "", START, 128, 82, 64, None, 0, 0, None, None)


# --- the product ---------------------------------------------------------------------------


def _posts(port: int, tokens: Sequence[str], count: int) -> float:
    """Single items a second, from as many kept-alive connections as there are clients."""
    warm, timed = next(series), next(series)

    def post(lane: int, shift: int, numbers: Sequence[int]) -> None:
        with closing(Client(port)) as client:
            for n in numbers:
                client.send(request(tokens[n % PEOPLE], _item(n, shift)), expect=b"201")

    # Each thread of the server opens its connection before the clock runs.
    in_threads(lambda lane: post(lane, warm, [lane]))
    lanes = range(0, count)
    return count / seconds(lambda: in_threads(lambda lane: post(lane, timed, lanes[lane::CLIENTS])))


def _batches(
    port: int, token: str, count: int, size: int, body: Callable[[Sequence[int], int], Any]
) -> float:
    """Rows a second of a gateway's bodies of that many items, from two connections."""
    shift = next(series)
    starts = range(0, max(count, size * 4), size)
    requests = [request(token, body(range(n, n + size), shift)) for n in starts]

    def post(lane: int) -> None:
        with closing(Client(port)) as client:
            for prepared in requests[lane::2]:
                client.send(prepared, expect=b"200")

    return len(requests) * size / seconds(lambda: in_threads(post, lanes=2))


def _time(n: int, shift: int) -> datetime:
    return START + timedelta(seconds=60 * (n // PEOPLE + 1), milliseconds=shift)


def _item(n: int, shift: int, **fields: Any) -> dict[str, Any]:
    return {
        "kind": "blood_pressure",
        "measured_at": _time(n, shift).isoformat(),
        "systolic": 128,
        "diastolic": 82,
        "pulse": 64,
        **fields,
    }


def _as_items(numbers: Sequence[int], shift: int) -> Any:
    return {"readings": [_item(n, shift, device=f"BENCH-{n % PEOPLE + 1}") for n in numbers]}


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
