"""A simulated scale: most mornings, shortly after getting up."""

import numpy as np

from devices.kinds import physiology
from devices.kinds.simulated import Day, Item, Made


def simulate(day: Day) -> list[Made]:
    """The morning's weighing with the true time at which it was ready."""
    who = day.who
    draw = physiology.rng(who.seed, who.key, "scale")
    usual = float(np.clip(draw.normal(64, 11), 42, 110))
    a_week = float(draw.normal(-0.02, 0.12))
    kept = float(draw.uniform(0.6, 0.95))
    fat = float(np.clip(draw.normal(26, 6), 9, 44))
    tells_fat = bool(draw.random() < 0.6)
    draw = physiology.rng(who.seed, who.key, "weighing", day.date)
    if draw.random() > kept:
        return []
    night = physiology.night(who, day.date)
    at = day.after(night.bed + night.minutes + draw.uniform(5, 25))
    # A slow wave, so that nobody grows without end, and the water of a day.
    weeks = day.date.timetuple().tm_yday / 7
    slow = a_week * 26 * float(np.sin(np.pi * weeks / 26))
    item: Item = {
        "kind": "weight",
        "id": str(day.first_id),
        "measured_at": day.shown(at),
        "weight": round(usual + slow + float(draw.normal(0, 0.35)), 1),
    }
    if tells_fat:
        item["body_fat"] = round(fat + 0.6 * slow + float(draw.normal(0, 0.4)), 1)
    if day.user_slot is not None:
        item["user_slot"] = day.user_slot
    return [(at, item)]
