"""When two blood-pressure readings are one that came by two roads."""

from collections.abc import Sequence
from dataclasses import replace

from devices.kinds.blood_pressure.stored import StoredReading
from devices.kinds.roads import Identity, repeats


def alike(one: StoredReading, other: StoredReading) -> bool:
    """Whether two readings at most `roads.WITHIN` apart are the same measurement: two devices,
    equal pressures, and a pulse that is equal or that one road lost."""
    return (
        one.device_id != other.device_id
        and one.systolic == other.systolic
        and one.diastolic == other.diastolic
        and (one.pulse is None or other.pulse is None or one.pulse == other.pulse)
    )


def rank(reading: StoredReading) -> tuple[bool, int]:
    """Which of two counts: one that the cuff flagged, because a file may have lost the flag and
    the means must not use it; else that of the device registered first."""
    return (not reading.flags, reading.device_id)


def noted(readings: Sequence[StoredReading]) -> list[StoredReading]:
    """The same readings, in order of time, those that repeat another with `same_as`."""
    if len({reading.device_id for reading in readings}) < 2:
        return list(readings)  # one device, one road: nearly always
    found = repeats(readings, time=lambda r: r.measured_at, alike=alike, rank=rank)
    return [
        replace(reading, same_as=_identity(readings[found[place]])) if place in found else reading
        for place, reading in enumerate(readings)
    ]


def _identity(reading: StoredReading) -> Identity:
    return Identity(reading.device_id, reading.measured_at, reading.device_reading_id)
