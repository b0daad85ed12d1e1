"""What a person's devices post, and when: drift, travel, a spouse, late and repeated uploads.

Pure and seeded like the physiology. An upload is a body for `POST /api/v1/readings`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from devices.simulators import physiology
from devices.simulators.members import Member

EPOCH_SECONDS = 30
EPOCHS_A_MINUTE = 2
NAMES = {"W": "awake", "L": "light", "D": "deep", "R": "rem"}
TRAVEL_TO = ("Europe/London", "America/Los_Angeles", "Asia/Singapore")
SPOUSE_SLOT, OWN_SLOT = 2, 1
# Stable numbers for a device's own ids: the readings of a day are counted from here.
FIRST_DAY = date(2020, 1, 1)
IDS_A_DAY = 10

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Upload:
    """A body, when it would be sent (aware), and how many readings it holds."""

    at: datetime
    body: Item
    readings: int


@dataclass(frozen=True, slots=True)
class Habits:
    """How one device is used and how well it works."""

    drift_a_day: float  # seconds its clock gains a day
    at_once: bool  # posts after each session; else once a day
    repeats: float
    late: float
    travels: int | None  # the week of the year in which its owner is abroad
    abroad: str
    hypnogram: bool
    shared: bool


def habits(member: Member, *, seed: int) -> Habits:
    """Draw them for a device."""
    rng = physiology.rng(seed, member.serial, "habits")
    return Habits(
        drift_a_day=float(rng.normal(0, 2)),
        at_once=bool(rng.random() < 0.6),
        repeats=0.04,
        late=0.03,
        travels=int(rng.integers(1, 53)) if rng.random() < 0.5 else None,
        abroad=str(rng.choice(TRAVEL_TO)),
        hypnogram=bool(rng.random() < 0.5),
        shared=bool(rng.random() < 0.1),
    )


def uploads(member: Member, *, start: date, until: datetime, seed: int) -> Iterator[Upload]:
    """Everything the device posts for [start, until), in the order in which it is sent."""
    used = habits(member, seed=seed)
    who = physiology.person(member.person, seed=seed)
    waiting: list[tuple[datetime, Item]] = []
    day = start
    while day <= until.astimezone(ZoneInfo(member.timezone)).date():
        rng = physiology.rng(seed, member.serial, "upload", day)
        zone = _zone(member, used, day)
        items = _items(member, who, used, day, zone, rng)
        waiting += [(at, item) for at, item in items if at < until]
        if rng.random() >= used.late:
            yield from _sent(waiting, used, rng)
            waiting = []
        day += timedelta(days=1)
    yield from _sent(waiting, used, physiology.rng(seed, member.serial, "last"))


def _sent(
    waiting: list[tuple[datetime, Item]], used: Habits, rng: np.random.Generator
) -> Iterator[Upload]:
    """What has gathered, as bodies: a session each, or all at once."""
    waiting.sort(key=lambda pair: pair[0])
    by_hour = groupby(waiting, key=lambda pair: used.at_once and f"{pair[0]:%d %H}")
    for _, group in by_hour:
        pairs = list(group)
        items = [item for _, item in pairs]
        body = items[0] if len(items) == 1 else {"readings": items}
        upload = Upload(pairs[-1][0] + timedelta(minutes=1), body, len(items))
        yield upload
        if rng.random() < used.repeats:
            yield upload


def _zone(member: Member, used: Habits, day: date) -> ZoneInfo:
    abroad = used.travels is not None and day.isocalendar().week == used.travels
    return ZoneInfo(used.abroad if abroad else member.timezone)


def _items(
    member: Member,
    who: physiology.Person,
    used: Habits,
    day: date,
    zone: ZoneInfo,
    rng: np.random.Generator,
) -> list[tuple[datetime, Item]]:
    """The items of a day with the true time at which each was ready."""
    midnight = datetime.combine(day, time(), zone)
    first_id = (day - FIRST_DAY).days * IDS_A_DAY
    if member.kind == "sleep":
        return [_night(who, used, day, midnight, first_id)]
    readings = [reading for session in physiology.measurements(who, day) for reading in session]
    items = []
    for n, reading in enumerate(readings):
        at = _after(midnight, reading.minute)
        item = _pressure(reading, _shown(at, used, day), first_id + n)
        if member.user_slot is not None:
            item["user_slot"] = member.user_slot
        items.append((at, item))
    if used.shared and rng.random() < 0.3:
        items.append(_of_the_spouse(who, used, day, midnight, first_id + len(items)))
    return items


def _pressure(reading: physiology.Measurement, at: datetime, id_: int) -> Item:
    item: Item = {
        "kind": "blood_pressure",
        "id": str(id_),
        "measured_at": at.isoformat(timespec="seconds"),
        "systolic": reading.systolic,
        "diastolic": reading.diastolic,
        "pulse": reading.pulse,
    }
    if reading.flags:
        item["flags"] = list(reading.flags)
    return item


def _of_the_spouse(
    who: physiology.Person, used: Habits, day: date, midnight: datetime, id_: int
) -> tuple[datetime, Item]:
    """Somebody else presses the button under the cuff's other user; whose it is, nobody said."""
    spouse = physiology.person(f"{who.key}'s spouse", seed=who.seed)
    at = _after(midnight, 20 * 60)
    reading = physiology.Measurement(
        0, round(spouse.systolic), round(min(spouse.diastolic, spouse.systolic - 20)), 70, ()
    )
    return at, {**_pressure(reading, _shown(at, used, day), id_), "user_slot": SPOUSE_SLOT}


def _night(
    who: physiology.Person, used: Habits, day: date, midnight: datetime, id_: int
) -> tuple[datetime, Item]:
    plan = physiology.night(who, day)
    epochs = plan.minutes * EPOCHS_A_MINUTE
    started = _after(midnight, plan.bed).replace(second=0, microsecond=0)
    ended = _after(started, plan.minutes)
    letters = physiology.stages(who, day, plan, epochs=epochs)
    item: Item = {
        "kind": "sleep",
        "id": str(id_),
        "started_at": _shown(started, used, day).isoformat(timespec="seconds"),
        "ended_at": _shown(ended, used, day).isoformat(timespec="seconds"),
    }
    if used.hypnogram:
        item |= {"hypnogram": letters, "epoch_seconds": EPOCH_SECONDS}
    else:
        item["stages"] = [
            {"stage": NAMES[letter], "minutes": len(list(run)) / EPOCHS_A_MINUTE}
            for letter, run in groupby(letters)
        ]
    return ended, item


def _after(start: datetime, minutes: float) -> datetime:
    """So many minutes later in true time, by the clock of the same place."""
    later = start.astimezone(UTC) + timedelta(minutes=minutes)
    return later.astimezone(start.tzinfo)


def _shown(at: datetime, used: Habits, day: date) -> datetime:
    """The time by the device's own clock, set right on the first of each month."""
    return at + timedelta(seconds=round(used.drift_a_day * day.day))
