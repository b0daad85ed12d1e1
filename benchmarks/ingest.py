"""Readings over HTTP beside what PostgreSQL can do with the same rows in the same table.

Everything runs on this machine at once: the client, granian with one worker, PostgreSQL. The table
holds `STORED` readings (10 million) before anything is measured, all in the month that is
written to. The raw limits are a binary COPY of rows that are packed already, into the same
partition, in the same batch sizes, each batch committed; and pgbench with a single-row INSERT from
32 clients. Raw and product take turns, `ROUNDS` times (5); the figures are medians. In a database
of its own, which is dropped at the end.
"""

import itertools
import os
import statistics
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import psycopg

from benchmarks._load import CLIENTS, Load, pgbench, post
from benchmarks._stage import (
    PEOPLE,
    START,
    Client,
    conninfo,
    fill,
    in_threads,
    months,
    own_database,
    register,
    request,
    seconds,
    served,
)
from devices.ingesting import partitions
from devices.ingesting.packing import Field, records
from devices.kinds.blood_pressure.table import TABLE

BATCHES = {1_000: 80_000, 10_000: 160_000}  # rows a round
WARM = 2_000  # devices that post again and again
SECONDS = 4
LANES = 2
# What is measured lies behind what is stored.
BEGIN = START + timedelta(days=20)
EPOCH = datetime(2000, 1, 1, tzinfo=START.tzinfo)
PARTITION = partitions.name_of(TABLE, START)
COPY = f"COPY {PARTITION} ({','.join(TABLE.names)}) FROM STDIN (FORMAT BINARY)"
# Odd microseconds, because the product's readings have whole milliseconds: none meets another.
PGBENCH = f"""
\\set person random(1, {PEOPLE})
\\set at 2 * random(1, 400000000000) + 1
INSERT INTO {PARTITION} ({",".join(TABLE.names)}) VALUES (:person,
    timestamptz '{BEGIN.isoformat()}' + :at * interval '1 microsecond', :person, '', now(),
    128, 82, 64, NULL, 0, 0, NULL, NULL);
"""
series = itertools.count()
shuffled = np.random.default_rng(4).permutation(PEOPLE)
Figures = dict[str, list[float]]


def main() -> dict[str, Any]:
    """Posts and rows a second, and their share of the raw limit of the same run."""
    rounds = int(os.environ.get("ROUNDS", "5"))
    found: Figures = defaultdict(list)
    with own_database("bench_ingest"):
        months()
        fill(int(os.environ.get("STORED", "10000000")))
        tokens = register()
        with served() as site:
            for _ in range(rounds):
                batched(site.port, tokens[-1], found)
                single(site.port, tokens[:PEOPLE], found)
    figures = {name: round(statistics.median(values), 3) for name, values in found.items()}
    for name, value in figures.items():
        sys.stdout.write(f"  ingest {name:<44} {value:>14,}\n")
    return figures


def single(port: int, tokens: Sequence[str], found: Figures) -> None:
    raw = pgbench(conninfo(), PGBENCH, seconds=SECONDS)
    found["pgbench_inserts_per_second"].append(raw)
    warm, once = next(series), next(series)
    posts(port, [single_request(tokens[n % WARM], n, warm) for n in range(4_000)])
    again = [single_request(tokens[n % WARM], n, warm) for n in range(4_000, 16_000)]
    # Each device's first post to this process: what a morning is, with a million people.
    others = itertools.count(8_000 * len(found["posts_per_second"]) + 1)
    first = [single_request(tokens[-next(others) % len(tokens)], n, once) for n in range(1, 8_001)]
    for name, requests in (("posts", again), ("posts_of_many_devices", first)):
        load = posts(port, requests)
        found[f"{name}_per_second"].append(load.rate)
        found[f"{name}_of_pgbench"].append(load.rate / raw)
        found[f"{name}_p50_ms"].append(load.p50)
        found[f"{name}_p99_ms"].append(load.p99)


def posts(port: int, requests: Sequence[bytes]) -> Load:
    return post(port, requests, expect=b"201", clients=CLIENTS)


def single_request(token: str, n: int, shift: int) -> bytes:
    return request(token, item(n // WARM * PEOPLE, shift))


def batched(port: int, token: str, found: Figures) -> None:
    for size, count in BATCHES.items():
        # Both orders in turn: what comes second finds the machine as the first left it.
        raw = _raw_copy(size, count)
        found[f"raw_copy_{size}_rows_per_second"].append(raw)
        for form, body in (("json", as_items), ("columns", _as_columns)):
            bodies = bodies_of(size, count, body)
            rates = {"": send_bodies(port, token, bodies)}
            if form == "json":
                rates["_repeated_wholly"] = send_bodies(port, token, bodies)
                rates["_repeated_by_half"] = send_bodies(
                    port, token, bodies_of(size, count, _half, bodies)
                )
                rates["_repeated_by_one"] = send_bodies(
                    port, token, bodies_of(size, count, _one, bodies)
                )
            for what, rate in rates.items():
                found[f"{form}_{size}{what}_rows_per_second"].append(rate)
                found[f"{form}_{size}{what}_of_raw_copy"].append(rate / raw)


def bodies_of(
    size: int, count: int, make: Callable[..., Any], sent: Sequence[Any] | None = None
) -> list[Any]:
    shift = next(series)
    starts = range(0, count, size)
    if sent is None:
        return [make(range(n, n + size), shift) for n in starts]
    return [make(range(n, n + size), shift, before) for n, before in zip(starts, sent, strict=True)]


def send_bodies(port: int, token: str, bodies: Sequence[Any]) -> float:
    """Rows a second of a gateway's bodies, from two connections."""
    requests = [request(token, body) for body in bodies]
    count = sum(len(_readings(body)) for body in bodies)

    def send(lane: int) -> None:
        with closing(Client(port)) as client:
            for prepared in requests[lane::LANES]:
                client.send(prepared, expect=b"200")

    return count / seconds(lambda: in_threads(send, lanes=LANES))


def _readings(body: Any) -> Any:
    return body["readings"] if "readings" in body else body["columns"]["device"]


def _raw_copy(size: int, count: int) -> float:
    """Rows a second by binary COPY into the same partition, committed batch by batch."""
    shift = next(series)
    packed = [_packed(range(n, n + size), shift) for n in range(0, count, size)]

    def load() -> None:
        for block in packed:
            with raw.cursor() as cursor, cursor.copy(COPY) as copy:
                copy.write(block)

    with psycopg.connect(conninfo(), autocommit=True) as raw:
        return count / seconds(load)


def _packed(numbers: Sequence[int], shift: int) -> bytes:
    person = np.array([_person(n) for n in numbers], np.int64)
    at = np.array([(_time(n, shift) - EPOCH) // timedelta(microseconds=1) for n in numbers])
    values: dict[str, Any] = {
        "patient_id": person,
        "measured_at": at,
        "device_id": person,
        "received_at": 0,
        "systolic": 128,
        "diastolic": 82,
        "pulse": 64,
        "flags": 0,
        "utc_offset": 0,
    }
    return records([Field(type_, values.get(name)) for name, type_ in TABLE.columns], len(numbers))


def _person(n: int) -> int:
    return int(shuffled[n % PEOPLE]) + 1


def _time(n: int, shift: int) -> datetime:
    # Every series of readings has its own milliseconds, so that none repeats another's.
    return BEGIN + timedelta(seconds=60 * (n // PEOPLE + 1), milliseconds=shift)


def item(n: int, shift: int, **fields: Any) -> dict[str, Any]:
    return {
        "kind": "blood_pressure",
        "measured_at": _time(n, shift).isoformat(),
        "systolic": 128,
        "diastolic": 82,
        "pulse": 64,
        **fields,
    }


def as_items(numbers: Sequence[int], shift: int) -> Any:
    return {"readings": [item(n, shift, device=f"BENCH-{_person(n)}") for n in numbers]}


def _half(numbers: Sequence[int], shift: int, sent: Any) -> Any:
    new = as_items(numbers, shift)["readings"]
    return {"readings": [*new[::2], *sent["readings"][1::2]]}


def _one(numbers: Sequence[int], shift: int, sent: Any) -> Any:
    new = as_items(numbers, shift)["readings"]
    middle = len(new) // 2
    return {"readings": [*new[:middle], sent["readings"][middle], *new[middle + 1 :]]}


def _as_columns(numbers: Sequence[int], shift: int) -> Any:
    return {
        "kind": "blood_pressure",
        "columns": {
            "device": [f"BENCH-{_person(n)}" for n in numbers],
            "measured_at": [_time(n, shift).isoformat() for n in numbers],
            "systolic": [128] * len(numbers),
            "diastolic": [82] * len(numbers),
            "pulse": [64] * len(numbers),
        },
    }
