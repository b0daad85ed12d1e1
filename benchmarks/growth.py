"""Readings over HTTP when the table holds much, beside the same when it holds little.

The same figures as `ingest`, first with `STORED` readings (1 million) and then with `GROWN`
(20 million), spread over the `MONTHS` (12) that end with the one that is written to, as readings
come; with `MONTHS=1` all of them lie in that month. Each `ROUNDS` times (5); the shares are of
medians. In a database of its own.
"""

import os
import statistics
import sys
from collections import defaultdict
from typing import Any

from benchmarks._stage import PEOPLE, fill, months, own_database, register, served
from benchmarks.ingest import Figures, batched, single

RATES = ("_rows_per_second", "posts_per_second", "devices_per_second", "inserts_per_second")


def main() -> dict[str, Any]:
    """Rates with little and with much stored, and the latter's share of the former."""
    little = int(os.environ.get("STORED", "1000000"))
    much = int(os.environ.get("GROWN", "20000000"))
    spread = int(os.environ.get("MONTHS", "12"))
    with own_database("bench_growth"):
        months(before=spread)
        fill(little, months=spread)
        tokens = register()
        before = _rates(tokens)
        fill(much - little, months=spread, seconds=1)
        after = _rates(tokens)
    figures: dict[str, Any] = {}
    for name, rate in before.items():
        figures[f"{name}_at_{little}"] = round(rate)
        figures[f"{name}_at_{much}"] = round(after[name])
        figures[f"{name}_share"] = share = round(after[name] / rate, 3)
        sys.stdout.write(f"  growth {name:<44} {rate:>12,.0f} {after[name]:>12,.0f} {share:>7}\n")
    return figures


def _rates(tokens: list[str]) -> dict[str, float]:
    found: Figures = defaultdict(list)
    with served() as site:
        for _ in range(int(os.environ.get("ROUNDS", "5"))):
            batched(site.port, tokens[-1], found)
            single(site.port, tokens[:PEOPLE], found)
    return {
        name: statistics.median(values) for name, values in found.items() if name.endswith(RATES)
    }
