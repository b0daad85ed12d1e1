"""Whose reading it is: the person who held the device, under that slot, when it was measured."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import psycopg

from devices.authenticating import Credential, Stale
from devices.binary import binary_cursor
from devices.held import NOBODY, NONE, Holding, KnownDevice
from devices.ingesting.packing import Array
from devices.ingesting.remembered import Remembered
from devices.remembering import Memory

# Lists of keys, not joins: over a million devices the planner would hash all of them. The lists go
# as text, because the driver takes as long to pack an array as PostgreSQL to look its elements up.
_DEVICES = """
SELECT id, serial, version FROM devices_device
 WHERE serial = ANY(ARRAY(SELECT jsonb_array_elements_text(%s::jsonb))) AND retired_at IS NULL
"""
_HOLDINGS = """
SELECT device_id, patient_id, user_slot, lower(period), upper(period)
  FROM devices_deviceholding WHERE device_id = ANY(%s::bigint[]) ORDER BY device_id, period
"""
# What stands by a period is guarded by a GiST index, which takes a list for a walk through all of
# it: 100 ms for a thousand keys, where one look for each key takes 5.
_ENTRUSTED = """
SELECT n.id FROM unnest(%s::bigint[]) AS n(id)
  JOIN LATERAL (
    SELECT FROM devices_gatewayentrustment
     WHERE gateway_id = %s AND device_id = n.id AND period @> %s AND upper_inf(period) LIMIT 1
  ) e ON true
"""
_CONSENTING = """
SELECT n.id FROM unnest(%s::bigint[]) AS n(id)
  JOIN LATERAL (
    SELECT FROM patients_consent
     WHERE patient_id = n.id AND purpose = 'care' AND period @> %s AND upper_inf(period) LIMIT 1
  ) c ON true
"""
# One look at a key for each, whatever the planner thinks of a join.
_CHANGED = """
SELECT EXISTS (
    SELECT FROM unnest(%s::bigint[], %s::bigint[]) AS n(id, version)
      LEFT JOIN LATERAL (
        SELECT d.version FROM devices_device d WHERE d.id = n.id OFFSET 0
      ) d ON true
     WHERE d.version IS DISTINCT FROM n.version)
"""
_Row = tuple[int, int, int | None, datetime, datetime | None]


# What one process remembers of the devices of a gateway, while the gateway's own row stays what it
# was; and of how many devices at most (600 bytes each).
_of_gateways: Memory[tuple[int, int], Remembered] = Memory(lasting=timedelta(seconds=60), size=8)
MOST_REMEMBERED = 60_000


@dataclass(frozen=True, slots=True)
class Book:
    """The devices that a body speaks of and its sender may post for, by serial; `own` is the one
    that posts by itself. What was `remembered`, at the `places` of the serials that were asked
    for, counts only after `confirm`."""

    by_serial: Mapping[str, KnownDevice]
    own: KnownDevice | None = None
    own_serial: str = ""
    remembered: Remembered | None = None
    places: npt.NDArray[np.int64] | None = None

    def shared(self, device_ids: Iterable[int]) -> dict[int, frozenset[int]]:
        """Of these devices, those that more than one person ever held, with all of them."""
        wanted = set(device_ids)
        if not wanted:
            return {}
        return {
            device.id: device.holder_ids
            for device in self.by_serial.values()
            if device.id in wanted and len(device.holder_ids) > 1
        }

    def sole_holders(self, serials: Sequence[str] | None, count: int) -> npt.NDArray[np.int64]:
        """For each of the items that name these serials, `KnownDevice.sole_holder` as a row of
        four; -1 where there is no such holder. `serials` None: no item names one."""
        if self.own is not None:
            rows = np.tile(np.array(self.own.sole_holder or NOBODY, np.int64), (count, 1))
            if serials is not None:
                rows[[serial != self.own_serial for serial in serials]] = NONE
            return rows
        if serials is None or not self.by_serial:
            return np.full((count, len(NOBODY)), NONE, np.int64)
        if self.remembered is not None and self.places is not None:
            return self.remembered.sole_holders(self.places)
        sole = {serial: device.sole_holder or NOBODY for serial, device in self.by_serial.items()}
        return np.array([sole.get(serial, NOBODY) for serial in serials], np.int64)

    def confirm(self) -> None:
        """Make sure, at the end of the transaction, that what was remembered still stands.

        Raises:
            Stale: a holder or a consent changed. Nothing must be stored.
        """
        if self.remembered is None or self.places is None:
            return
        ids, versions = self.remembered.versions(self.places)
        with binary_cursor() as cursor:
            cursor.execute(_CHANGED, [Array("bigint", ids), Array("bigint", versions)])
            changed = cursor.fetchone() != (False,)
        if changed:
            _of_gateways.clear()
            raise Stale("What was remembered of a device changed while it was used.")


def open_book(*, credential: Credential, serials: Sequence[str], received_at: datetime) -> Book:
    """The devices of a body. A device's own came with its credential. Those of a gateway must be
    entrusted to it, those of a member's app held by that member, now or once; any other serial is
    absent, whether or not somebody registered it."""
    if credential.device is not None:
        return Book({credential.serial: credential.device}, credential.device, credential.serial)
    if not serials:
        return Book({})
    if credential.gateway_id is None or not credential.hash:
        return Book(_looked_up(set(serials), credential, received_at))
    remembered = _memory_of(credential, received_at)
    places = remembered.places(serials)
    if (places < 0).any():
        unknown = {serials[place] for place in np.flatnonzero(places < 0).tolist()}
        remembered.add(_looked_up(unknown, credential, received_at))
        places = remembered.places(serials)
    return Book(remembered, remembered=remembered, places=places)


def forget() -> None:
    """Remember nothing: as a process that just started."""
    _of_gateways.clear()


def _memory_of(credential: Credential, at: datetime) -> Remembered:
    assert credential.gateway_id is not None
    key = (credential.gateway_id, credential.version)
    memory = _of_gateways.get(key, at=at)
    if memory is None or len(memory) >= MOST_REMEMBERED:
        memory = Remembered()
        _of_gateways.keep(key, memory, at=at)
    return memory


def _looked_up(
    serials: Collection[str], credential: Credential, received_at: datetime
) -> dict[str, KnownDevice]:
    if not serials:
        return {}
    with binary_cursor() as cursor:
        cursor.execute(_DEVICES, [msgspec.json.encode(list(serials)).decode()])
        known = {
            id_: (serial, KnownDevice(id_, version=version))
            for id_, serial, version in cursor.fetchall()
        }
        holdings = _holdings(cursor, credential, known, received_at)
        cursor.execute(_CONSENTING, [_array({row[1] for row in holdings}), received_at])
        consenting = {patient_id for (patient_id,) in cursor.fetchall()}
    for device_id, patient_id, user_slot, start, end in holdings:
        holding = Holding(patient_id, user_slot, start, end, patient_id in consenting)
        known[device_id][1].holdings.append(holding)
    return dict(known.values())


def _holdings(
    cursor: psycopg.Cursor[tuple[Any, ...]],
    credential: Credential,
    known: dict[int, tuple[str, KnownDevice]],
    received_at: datetime,
) -> list[_Row]:
    """Who holds those devices. What the sender may not post for is taken out of `known`."""
    if credential.gateway_id is not None:
        cursor.execute(_ENTRUSTED, [_array(known), credential.gateway_id, received_at])
        theirs = {device_id for (device_id,) in cursor.fetchall()}
    cursor.execute(_HOLDINGS, [_array(known)])
    holdings: list[Any] = cursor.fetchall()
    if credential.gateway_id is None:
        # Who else held the device is none of this member's: their time and slots do not exist.
        holdings = [row for row in holdings if row[1] == credential.member_id]
        theirs = {row[0] for row in holdings}
    for device_id in known.keys() - theirs:
        del known[device_id]
    return [row for row in holdings if row[0] in known]


def _array(ids: Iterable[int]) -> str:
    """Ids as PostgreSQL writes an array."""
    return f"{{{','.join(map(str, ids))}}}"
