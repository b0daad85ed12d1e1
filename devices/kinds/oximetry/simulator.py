"""A simulated oximeter, worn for the night: a level, falls of one to a few a night or many an hour,
and stretches without a value when the finger moves."""

import numpy as np

from devices.kinds import physiology
from devices.kinds.simulated import Day, Item, Made, later

SAMPLE_SECONDS = 4
FALL, RISE = 5, 4  # samples: a fall takes 20 s, coming back 16 s


def simulate(day: Day) -> list[Made]:
    """The night's recording with the true time at which it was ready."""
    who = day.who
    draw = physiology.rng(who.seed, who.key, "oximeter")
    level = float(np.clip(draw.normal(96.4, 0.9), 93, 98))
    an_hour = float(draw.gamma(1.1, 5.0))
    plan = physiology.night(who, day.date)
    draw = physiology.rng(who.seed, who.key, "saturation", day.date)
    count = plan.minutes * 60 // SAMPLE_SECONDS
    spo2 = level + draw.normal(0, 0.35, count)
    pulse = who.pulse - 8 + draw.normal(0, 2, count)
    for place in draw.integers(30, count - 30, size=draw.poisson(an_hour * plan.minutes / 60)):
        deep = float(draw.uniform(2.0, 9.0))
        shape = np.concatenate([np.linspace(0, deep, FALL), np.linspace(deep, 0, RISE)])
        spo2[place : place + len(shape)] -= shape
        pulse[place + FALL : place + FALL + RISE] += 8
    whole = [int(value) for value in np.clip(np.round(spo2), 60, 100)]
    beats = [int(value) for value in np.clip(np.round(pulse), 35, 150)]
    invalid = np.zeros(count, dtype=bool)
    for place in draw.integers(0, count, size=draw.poisson(4)):
        invalid[place : place + int(draw.integers(3, 60))] = True
    started = day.after(plan.bed).replace(second=0, microsecond=0)
    item: Item = {
        "kind": "oximetry",
        "id": str(day.first_id),
        "started_at": day.shown(started),
        "sample_seconds": SAMPLE_SECONDS,
        "spo2": [None if gone else v for v, gone in zip(whole, invalid, strict=True)],
        "pulse": [None if gone else v for v, gone in zip(beats, invalid, strict=True)],
    }
    if day.user_slot is not None:
        item["user_slot"] = day.user_slot
    return [(later(started, count * SAMPLE_SECONDS / 60), item)]
