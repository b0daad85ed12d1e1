"""Ten minutes of load: does the rate hold, and what does a web worker hold in memory?

One worker takes single posts from 32 clients, bodies of 1,000 and 10,000 readings, and NDJSON of
10 MB as it is and packed, in turns, for `MINUTES` (10). Its memory is looked at after each turn.
In a database of its own.
"""

import gzip
import json
import os
import statistics
import sys
import time
from contextlib import closing
from typing import Any

from benchmarks._stage import (
    PEOPLE,
    Client,
    months,
    own_database,
    prepared,
    register,
    served,
)
from benchmarks.ingest import (
    WARM,
    as_items,
    bodies_of,
    item,
    posts,
    send_bodies,
    series,
    single_request,
)

SINGLE = 20_000
ROWS = 40_000
LINES = 80_000  # 10 MB
NDJSON = "Content-Type: application/x-ndjson"


def main() -> dict[str, Any]:
    """Memory of the worker in MiB over the minutes, and posts a second at both ends."""
    minutes = float(os.environ.get("MINUTES", "10"))
    memory: list[tuple[float, float]] = []
    rates: list[float] = []
    with own_database("bench_endurance"):
        months()
        tokens = register()
        with served() as site:
            idle = site.memory()
            began = time.monotonic()
            while (passed := time.monotonic() - began) < minutes * 60:
                rates.append(_turn(site.port, tokens))
                memory.append((passed, site.memory()))
    first = [held for passed, held in memory if passed < minutes * 20]
    last = [held for passed, held in memory if passed >= minutes * 40]
    figures = {
        "minutes": minutes,
        "turns": len(memory),
        "memory_idle_mib": round(idle),
        "memory_first_third_mib": round(statistics.median(first)),
        "memory_last_third_mib": round(statistics.median(last)),
        "memory_most_mib": round(max(held for _, held in memory)),
        "posts_per_second_first": round(statistics.median(rates[: len(rates) // 3])),
        "posts_per_second_last": round(statistics.median(rates[-len(rates) // 3 :])),
    }
    for name, value in figures.items():
        sys.stdout.write(f"  endurance {name:<41} {value:>14,}\n")
    return figures


def _turn(port: int, tokens: list[str]) -> float:
    """A round of everything; returns the rate of the single posts."""
    shift = next(series)
    singles = [single_request(tokens[n % WARM], n, shift) for n in range(SINGLE)]
    rate = posts(port, singles).rate
    for size in (1_000, 10_000):
        send_bodies(port, tokens[-1], bodies_of(size, ROWS, as_items))
    for packed in (False, True):
        _stream(port, tokens[-1], packed)
    return rate


def _stream(port: int, token: str, packed: bool) -> None:
    shift = next(series)
    lines = b"\n".join(
        json.dumps(item(n, shift, device=f"BENCH-{n % PEOPLE + 1}")).encode() for n in range(LINES)
    )
    if packed:
        body = prepared(token, gzip.compress(lines, 1), NDJSON, "Content-Encoding: gzip")
    else:
        body = prepared(token, lines, NDJSON)
    with closing(Client(port)) as client:
        client.send(body, expect=b"200")
