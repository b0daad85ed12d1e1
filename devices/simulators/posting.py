"""What a person's devices post, and when: drift, travel, a spouse, late and repeated uploads.

Pure and seeded like the physiology. An upload is a body for `POST /api/v1/readings`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import numpy as np

from devices.kinds import physiology
from devices.kinds.known import KINDS
from devices.kinds.simulated import Day, Habits, Item
from devices.simulators.members import Member

TRAVEL_TO = ("Europe/London", "America/Los_Angeles", "Asia/Singapore")
# Stable numbers for a device's own ids: the readings of a day are counted from here.
FIRST_DAY = date(2020, 1, 1)
IDS_A_DAY = 10


@dataclass(frozen=True, slots=True)
class Upload:
    """A body, when it would be sent (aware), and how many readings it holds."""

    at: datetime
    body: Item
    readings: int


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
        today = Day(
            who=who,
            habits=used,
            date=day,
            midnight=datetime.combine(day, time(), zone),
            first_id=(day - FIRST_DAY).days * IDS_A_DAY,
            user_slot=member.user_slot,
            draw=rng,
        )
        items = KINDS[member.kind].simulate(today)
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
