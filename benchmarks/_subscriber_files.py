"""Makes the files of a launch: a base with 3 % dirt, and a day's changes to it.

    python -m benchmarks._subscriber_files FOLDER ROWS

A process of its own, so that its memory is not counted as that of the import.
"""

import runpy
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

MAKER = Path(__file__).parent.parent / "samples" / "make_subscribers.py"
BASE, CHANGES = "base.csv", "changes.csv"
DIRTY_EVERY = 33
"""Three rows in a hundred."""
CHANGED_EVERY = 100
"""A day's file has as many rows as the base has hundreds: 40 % join, 50 % change their tariff,
10 % their number."""
Row = dict[str, str]
SPOIL: tuple[Callable[[Row, Row], Row], ...] = (
    lambda row, _: {**row, "msisdn": row["msisdn"][:-2]},
    lambda row, _: {**row, "birth_date": "1957-02-29"},
    lambda row, _: {**row, "msisdn": f"={row['msisdn']}"},
    lambda row, _: {**row, "activated_on": ""},
    lambda _, before: dict(before),
    lambda row, before: {**row, "msisdn": before["msisdn"], "activated_on": before["activated_on"]},
)
"""A bad number, an impossible date, a formula, a missing key, the row before again, and its number
on the same day."""


def base(rows: int, maker: dict[str, Any]) -> list[Row]:
    """A base in which every 33rd row is spoiled, in turns in each way."""
    made: list[Row] = maker["subscribers"](rows=rows, seed=1)
    for turn, place in enumerate(range(DIRTY_EVERY, rows, DIRTY_EVERY)):
        made[place] = SPOIL[turn % len(SPOIL)](made[place], made[place - 1])
    return made


def changes(made: list[Row], maker: dict[str, Any]) -> list[Row]:
    """A day's changes to that base, between rows that were not spoiled."""
    newcomers = maker["Operator"](2)
    newcomers.number = 2 * len(made)
    changed: list[Row] = []
    for turn, place in enumerate(range(CHANGED_EVERY // 2, len(made), CHANGED_EVERY)):
        # A spoiled row, or the one whose cells it took, would be no plain change.
        row = made[place + 2 if place % DIRTY_EVERY in {0, DIRTY_EVERY - 1} else place]
        new = newcomers.contract(activated_before=date(2026, 11, 1))
        match turn % 10:
            case 0:
                changed.append({**row, "msisdn": new["msisdn"]})
            case 1 | 2 | 3 | 4:
                changed.append(new)
            case _:
                other = "basic" if row["tariff"] != "basic" else "senior"
                changed.append({**row, "tariff": other})
    return changed


def main(folder: Path, rows: int) -> None:
    """Write both files."""
    maker = runpy.run_path(str(MAKER))
    made = base(rows, maker)
    for name, content in ((BASE, made), (CHANGES, changes(made, maker))):
        with (folder / name).open("w", encoding="utf-8", newline="") as out:
            maker["write"](content, out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
