"""A simulated sleep monitor: the night that ends on the day, by hypnogram or by stages."""

from itertools import groupby

from devices.kinds import physiology
from devices.kinds.simulated import Day, Item, Made, later

EPOCH_SECONDS = 30
EPOCHS_A_MINUTE = 2
NAMES = {"W": "awake", "L": "light", "D": "deep", "R": "rem"}


def simulate(day: Day) -> list[Made]:
    """The night with the true time at which it was ready."""
    plan = physiology.night(day.who, day.date)
    epochs = plan.minutes * EPOCHS_A_MINUTE
    started = day.after(plan.bed).replace(second=0, microsecond=0)
    ended = later(started, plan.minutes)
    letters = physiology.stages(day.who, day.date, plan, epochs=epochs)
    item: Item = {
        "kind": "sleep",
        "id": str(day.first_id),
        "started_at": day.shown(started),
        "ended_at": day.shown(ended),
    }
    if day.habits.hypnogram:
        item |= {"hypnogram": letters, "epoch_seconds": EPOCH_SECONDS}
    else:
        item["stages"] = [
            {"stage": NAMES[letter], "minutes": len(list(run)) / EPOCHS_A_MINUTE}
            for letter, run in groupby(letters)
        ]
    return [(ended, item)]
