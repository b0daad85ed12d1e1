"""A simulated cuff: the person's sessions of the day, and sometimes the spouse's."""

from devices.kinds import physiology
from devices.kinds.simulated import Day, Item, Made

SPOUSE_SLOT = 2


def simulate(day: Day) -> list[Made]:
    """The items of a day with the true time at which each was ready."""
    sessions = physiology.measurements(day.who, day.date)
    items = []
    for n, reading in enumerate(reading for session in sessions for reading in session):
        at = day.after(reading.minute)
        item = _item(reading, day.shown(at), day.first_id + n)
        if day.user_slot is not None:
            item["user_slot"] = day.user_slot
        items.append((at, item))
    if day.habits.shared and day.draw.random() < 0.3:
        items.append(_of_the_spouse(day, day.first_id + len(items)))
    return items


def _item(reading: physiology.Measurement, measured_at: str, id_: int) -> Item:
    item: Item = {
        "kind": "blood_pressure",
        "id": str(id_),
        "measured_at": measured_at,
        "systolic": reading.systolic,
        "diastolic": reading.diastolic,
        "pulse": reading.pulse,
    }
    if reading.flags:
        item["flags"] = list(reading.flags)
    return item


def _of_the_spouse(day: Day, id_: int) -> Made:
    """Somebody else presses the button under the cuff's other user; whose it is, nobody said."""
    spouse = physiology.person(f"{day.who.key}'s spouse", seed=day.who.seed)
    at = day.after(20 * 60)
    reading = physiology.Measurement(
        0, round(spouse.systolic), round(min(spouse.diastolic, spouse.systolic - 20)), 70, ()
    )
    return at, {**_item(reading, day.shown(at), id_), "user_slot": SPOUSE_SLOT}
