"""Which devices a body lets one hear, and what it says of them."""

from collections.abc import Iterable, Sequence

from devices.ingesting.judging import Held, Placed, Verdict
from devices.status import Heard
from devices.wire.batch import Entry


def heard(entries: Sequence[Entry], verdicts: Iterable[Verdict]) -> list[Heard]:
    """One entry a device that the sender may post for: the latest time that the body names, and
    the last word on battery, firmware and the time of sending."""
    found: dict[int, Heard] = {}
    for verdict in verdicts:
        if not isinstance(verdict, Placed | Held) or verdict.device_id is None:
            continue
        said = entries[verdict.index].of_the_device
        time = None if verdict.reading is None else verdict.reading.until
        was = found.get(verdict.device_id, Heard(verdict.device_id))
        times = [at for at in (was.latest, time) if at is not None]
        found[verdict.device_id] = Heard(
            verdict.device_id,
            max(times, default=None),
            was.battery if said is None or said.battery is None else said.battery,
            was.firmware if said is None or said.firmware is None else said.firmware,
            was.sent_at if said is None or said.sent_at is None else said.sent_at,
        )
    return list(found.values())
