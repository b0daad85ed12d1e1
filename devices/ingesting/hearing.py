"""Which devices a body lets one hear, and what it says of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import numpy as np
import numpy.typing as npt

from devices import status
from devices.held import EPOCH, MICROSECOND
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


def note(
    devices: npt.NDArray[np.int64], at: npt.NDArray[np.int64], *, received_at: datetime
) -> None:
    """Note the devices of stored rows; `at` is microseconds since 2000. Rows of one device are in
    the order of time."""
    ids, places = np.unique(devices[::-1], return_index=True)
    if new := status.noted.others(ids.tolist(), at=received_at):
        latest = zip(ids.tolist(), at[::-1][places].tolist(), strict=True)
        status.note(
            [Heard(id_, EPOCH + n * MICROSECOND) for id_, n in latest if id_ in new],
            received_at=received_at,
        )
