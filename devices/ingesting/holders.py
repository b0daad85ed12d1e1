"""Whose reading it is: the person who held the device, under that slot, when it was measured."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from devices.authenticating import Credential
from devices.binary import binary_cursor
from devices.held import Holding, KnownDevice

# Lists of keys, not joins: over a million devices the planner would hash all of them. The lists go
# as text, because the driver takes as long to pack an array as PostgreSQL to look its elements up.
_DEVICES = """
SELECT id, serial FROM devices_device
 WHERE serial = ANY(ARRAY(SELECT jsonb_array_elements_text(%s::jsonb)))
"""
_HOLDINGS = """
SELECT device_id, patient_id, user_slot, lower(period), upper(period)
  FROM devices_deviceholding WHERE device_id = ANY(%s::bigint[]) ORDER BY device_id, period
"""
_CONSENTING = """
SELECT patient_id FROM patients_consent
 WHERE patient_id = ANY(%s::bigint[]) AND purpose = 'care' AND period @> %s
"""


@dataclass(frozen=True, slots=True)
class Book:
    """The devices that a body speaks of, by serial; `own` is the one that posts by itself."""

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
    """The devices of a body. A device's own came with its credential; a gateway's are looked up,
    and serials that nobody registered are absent."""
    if credential.device is not None:
        return Book({credential.serial: credential.device}, credential.device)
    if not serials:
        return Book({}, None)
    with binary_cursor() as cursor:
        cursor.execute(_DEVICES, [msgspec.json.encode(list(set(serials))).decode()])
        known = {id_: (serial, KnownDevice(id_)) for id_, serial in cursor.fetchall()}
        cursor.execute(_HOLDINGS, [_array(known)])
        holdings = cursor.fetchall()
        cursor.execute(_CONSENTING, [_array(row[1] for row in holdings), received_at])
        consenting = {patient_id for (patient_id,) in cursor.fetchall()}
    for device_id, patient_id, user_slot, start, end in holdings:
        holding = Holding(patient_id, user_slot, start, end, patient_id in consenting)
        known[device_id][1].holdings.append(holding)
    return Book(dict(known.values()), None)


def _array(ids: Iterable[int]) -> str:
    """Ids as PostgreSQL writes an array."""
    return f"{{{','.join(map(str, ids))}}}"
