"""When two nights are one that came by two roads."""

from collections.abc import Sequence
from dataclasses import replace

from devices.kinds.roads import WITHIN, Identity, repeats
from devices.kinds.sleep.payload import STAGES
from devices.kinds.sleep.stored import StoredNight

ASLEEP = frozenset(STAGES) - {"awake", "unknown"}
MINUTES_WITHIN = WITHIN.total_seconds() / 60


def alike(one: StoredNight, other: StoredNight) -> bool:
    """Whether two nights that start at most `roads.WITHIN` apart are the same: two devices, an end
    as close, and as much sleep to the minute. A watch and a mat that agree on when somebody lay
    down and rose still count sleep differently: those are two measurements of one night."""
    return (
        one.device_id != other.device_id
        and abs(one.ended_at - other.ended_at) <= WITHIN
        and abs(_asleep(one) - _asleep(other)) <= MINUTES_WITHIN
    )


def rank(night: StoredNight) -> tuple[int, int]:
    """Which of two counts: the one that tells more stages, because a file may know but their sum;
    else that of the device registered first."""
    return (-len(night.stages), night.device_id)


def noted(nights: Sequence[StoredNight]) -> list[StoredNight]:
    """The same nights, in order of their start, those that repeat another with `same_as`."""
    if len({night.device_id for night in nights}) < 2:
        return list(nights)
    found = repeats(nights, time=lambda n: n.started_at, alike=alike, rank=rank)
    return [
        replace(night, same_as=_identity(nights[found[place]])) if place in found else night
        for place, night in enumerate(nights)
    ]


def _asleep(night: StoredNight) -> float:
    return sum(minutes for stage, minutes in night.stages if stage in ASLEEP)


def _identity(night: StoredNight) -> Identity:
    return Identity(night.device_id, night.started_at, night.device_reading_id)
