"""Whose reading it is: the person who held the device, under that slot, when it was measured."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import psycopg

from devices.authenticating import Credential
from devices.binary import binary_cursor
from devices.held import Holding, KnownDevice

# Lists of keys, not joins: over a million devices the planner would hash all of them. The lists go
# as text, because the driver takes as long to pack an array as PostgreSQL to look its elements up.
_DEVICES = """
SELECT id, serial FROM devices_device
 WHERE serial = ANY(ARRAY(SELECT jsonb_array_elements_text(%s::jsonb))) AND retired_at IS NULL
"""
_ENTRUSTED = """
SELECT device_id FROM devices_gatewayentrustment
 WHERE gateway_id = %s AND device_id = ANY(%s::bigint[]) AND period @> %s AND upper_inf(period)
"""
_HOLDINGS = """
SELECT device_id, patient_id, user_slot, lower(period), upper(period)
  FROM devices_deviceholding WHERE device_id = ANY(%s::bigint[]) ORDER BY device_id, period
"""
_CONSENTING = """
SELECT patient_id FROM patients_consent
 WHERE patient_id = ANY(%s::bigint[]) AND purpose = 'care' AND period @> %s AND upper_inf(period)
"""
_Row = tuple[int, int, int | None, datetime, datetime | None]


@dataclass(frozen=True, slots=True)
class Book:
    """The devices that a body speaks of and its sender may post for, by serial; `own` is the one
    that posts by itself."""

    by_serial: dict[str, KnownDevice]
    own: KnownDevice | None

    def shared(self, device_ids: Iterable[int]) -> dict[int, frozenset[int]]:
        """Of these devices, those that more than one person ever held, with all of them."""
        wanted = set(device_ids)
        return {
            device.id: device.holder_ids
            for device in self.by_serial.values()
            if device.id in wanted and len(device.holder_ids) > 1
        }


def open_book(*, credential: Credential, serials: Sequence[str], received_at: datetime) -> Book:
    """The devices of a body. A device's own came with its credential. Those of a gateway must be
    entrusted to it, those of a member's app held by that member, now or once; any other serial is
    absent, whether or not somebody registered it."""
    if credential.device is not None:
        return Book({credential.serial: credential.device}, credential.device)
    if not serials:
        return Book({}, None)
    with binary_cursor() as cursor:
        cursor.execute(_DEVICES, [msgspec.json.encode(list(set(serials))).decode()])
        known = {id_: (serial, KnownDevice(id_)) for id_, serial in cursor.fetchall()}
        holdings = _holdings(cursor, credential, known, received_at)
        cursor.execute(_CONSENTING, [_array({row[1] for row in holdings}), received_at])
        consenting = {patient_id for (patient_id,) in cursor.fetchall()}
    for device_id, patient_id, user_slot, start, end in holdings:
        holding = Holding(patient_id, user_slot, start, end, patient_id in consenting)
        known[device_id][1].holdings.append(holding)
    return Book(dict(known.values()), None)


def _holdings(
    cursor: psycopg.Cursor[tuple[Any, ...]],
    credential: Credential,
    known: dict[int, tuple[str, KnownDevice]],
    received_at: datetime,
) -> list[_Row]:
    """Who holds those devices. What the sender may not post for is taken out of `known`."""
    if credential.gateway_id is not None:
        cursor.execute(_ENTRUSTED, [credential.gateway_id, _array(known), received_at])
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
