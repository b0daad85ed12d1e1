"""The archive that Withings makes of an account: `bp.csv`, `sleep.csv` and `weight.csv` among many
files."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from devices.archives import clocks
from devices.archives.clocks import NoTime
from devices.archives.found import Found, Refused
from devices.archives.parts import Part
from devices.archives.tables import Table, header_in, table
from devices.archives.values import NoNumber, needed, number

SOURCE = "withings"
PRESSURE = frozenset({"date", "heartrate", "systolic", "diastolic"})
SLEEP = frozenset({"from", "to", "light(s)", "deep(s)", "awake(s)"})
# An account shows kilograms or pounds, and its archive names them in the header.
WEIGHTS = {"kg": frozenset({"date", "weight(kg)"}), "lb": frozenset({"date", "weight(lb)"})}
ASLEEP = ("light(s)", "deep(s)", "rem(s)")
MOST_AWAKENINGS = 100
Cells = Mapping[str, str]


def claims(head: bytes) -> bool:
    """Whether a file that begins so is one of these."""
    return _reader(header_in(head)) is not None


def read(parts: Sequence[Part], zone: ZoneInfo, notes: Counter[str]) -> Iterator[Found]:
    """Its readings. `notes` counts what was passed over or assumed."""
    for part in parts:
        found = table(part)
        one = _reader(found.header)
        if one is None:
            raise Refused(
                f"{part.name}, line 1: the columns are not those of bp.csv, sleep.csv or weight.csv"
                " of a Withings archive in English."
            )
        for place, row in _rows(found):
            if "\x00" in "".join(row.values()):
                yield Found(place, SOURCE, dict(row), problem="holds a NUL character: take it out.")
            elif (reading := one(place, row, zone, notes)) is not None:
                yield reading


def _rows(found: Table) -> Iterator[tuple[str, Cells]]:
    for line, cells in found.rows():
        # Each line ends in an empty cell too many.
        row = dict(zip(found.header, (cell.strip() for cell in cells), strict=False))
        yield f"{found.part.name} line {line}", row


def _pressure(place: str, row: Cells, zone: ZoneInfo, notes: Counter[str]) -> Found | None:
    get = row.get
    if not get("systolic") and not get("diastolic"):
        notes["lines with a heart rate alone"] += 1
        return None
    item: dict[str, Any] = {
        "kind": "blood_pressure",
        "measured_at": get("date", ""),
        "systolic": get("systolic", ""),
        "diastolic": get("diastolic", ""),
        "pulse": get("heartrate", ""),
    }
    try:
        at = clocks.moment(item["measured_at"], zone)
        item |= {
            "measured_at": clocks.written(at),
            "systolic": needed(item["systolic"], "systolic"),
            "diastolic": needed(item["diastolic"], "diastolic"),
            "pulse": number(item["pulse"], "heart rate"),
        }
    except (NoTime, NoNumber) as error:
        return Found(place, SOURCE, item, problem=str(error))
    notes["in an hour that the clock showed twice"] += clocks.is_twice(at)
    return Found(place, SOURCE, {k: v for k, v in item.items() if v is not None})


def _weight(unit: str, place: str, row: Cells, zone: ZoneInfo, notes: Counter[str]) -> Found | None:
    """Fat, bone and muscle mass stay in the archive: the scale estimated them from the weight."""
    weight = row.get(f"weight({unit})", "")
    if not weight:
        notes["lines without a weight"] += 1
        return None
    item: dict[str, Any] = {"kind": "weight", "measured_at": row.get("date", ""), "weight": weight}
    try:
        at = clocks.moment(item["measured_at"], zone)
        item |= {
            "measured_at": clocks.written(at),
            "weight": needed(weight, "weight"),
            "unit": unit,
        }
    except (NoTime, NoNumber) as error:
        return Found(place, SOURCE, item, problem=str(error))
    notes["in an hour that the clock showed twice"] += clocks.is_twice(at)
    return Found(place, SOURCE, item)


def _night(place: str, row: Cells, zone: ZoneInfo, notes: Counter[str]) -> Found:
    get = row.get
    item: dict[str, Any] = {
        "kind": "sleep",
        "started_at": get("from", ""),
        "ended_at": get("to", ""),
    }
    try:
        start = clocks.moment(item["started_at"], zone)
        end = clocks.moment(item["ended_at"], zone)
        stages = _stages(row, start, end)
    except (NoTime, NoNumber) as error:
        item["stages"] = [{"stage": "asleep", "minutes": None}]
        return Found(place, SOURCE, item, problem=str(error))
    notes["in an hour that the clock showed twice"] += clocks.is_twice(start)
    item = {
        "kind": "sleep",
        "started_at": clocks.written(start),
        "ended_at": clocks.written(end),
        "stages": [{"stage": stage, "minutes": seconds / 60} for stage, seconds in stages],
    }
    return Found(place, SOURCE, item)


def _stages(row: Cells, start: datetime, end: datetime) -> list[tuple[str, float]]:
    """The night in an order that gives back the sums of the file.

    It says how long each stage lasted, not when. What is light, deep or dream goes into one sleep,
    because an order that nobody measured would say when dreams began. Waking stands where the file
    has it: before the first sleep, after the last, and the rest as so many equal awakenings.
    """
    asleep = sum(number(row.get(name, ""), name) or 0 for name in ASLEEP)
    awake = number(row.get("awake(s)", ""), "awake (s)") or 0
    before = number(row.get("durationtosleep(s)", ""), "duration to sleep (s)") or 0
    after = number(row.get("durationtowakeup(s)", ""), "duration to wake up (s)") or 0
    before = min(before, awake)
    after = min(after, awake - before)
    between = awake - before - after
    times = min(int(number(row.get("wakeup", ""), "wake up") or 0), MOST_AWAKENINGS)
    times = max(times, 1) if between and asleep else 0
    stages: list[tuple[str, float]] = [("awake", before)]
    for _ in range(times):
        stages += [("asleep", asleep / (times + 1)), ("awake", between / times)]
    stages += [("asleep", asleep / (times + 1)), ("awake", after if times else after + between)]
    rest = (end - start).total_seconds() - asleep - awake
    return [*stages, ("unknown", rest)] if rest > 0 else stages


# A file that comes to be read adds its columns and its reader here.
_READERS: tuple[tuple[frozenset[str], Callable[..., Found | None]], ...] = (
    (PRESSURE, _pressure),
    (SLEEP, _night),
    *((columns, partial(_weight, unit)) for unit, columns in WEIGHTS.items()),
)


def _reader(header: Sequence[str]) -> Callable[..., Found | None] | None:
    """What reads a file with these columns."""
    there = frozenset(header)
    return next((reader for columns, reader in _READERS if columns <= there), None)
