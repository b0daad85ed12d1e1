"""Whose reading it is: the person who held the device, under that slot, when it was measured."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from devices.authenticating import Credential
from devices.models import QuarantineCode

# OFFSET 0 keeps the planner at one look-up per device: for a large batch it would otherwise hash
# every holding and every consent there is, 8 times as slow.
_HOLDINGS = """
SELECT d.serial, d.id, h.patient_id, h.user_slot, lower(h.period), upper(h.period), c.stands
  FROM devices_device d
  LEFT JOIN LATERAL (
        SELECT patient_id, user_slot, period FROM devices_deviceholding
         WHERE device_id = d.id ORDER BY period OFFSET 0) h ON true
  LEFT JOIN LATERAL (
        SELECT true AS stands FROM patients_consent
         WHERE patient_id = h.patient_id AND purpose = 'care' AND period @> %s LIMIT 1) c ON true
 WHERE {devices}
"""


@dataclass(frozen=True, slots=True)
class Holding:
    """A person holds a device under a slot in [start, end). `consents`: to care, as of arrival."""

    patient_id: int
    user_slot: int | None
    start: datetime
    end: datetime | None
    consents: bool

    def covers(self, at: datetime) -> bool:
        return self.start <= at and (self.end is None or at < self.end)


@dataclass(slots=True)
class KnownDevice:
    """A registered device and everybody who ever held it, in order of time."""

    id: int
    holdings: list[Holding] = field(default_factory=list)

    def holder(self, *, at: datetime, user_slot: int | None) -> Holding | None:
        """Who held it under exactly that slot at that moment."""
        for holding in self.holdings:
            if holding.user_slot == user_slot and holding.covers(at):
                return holding
        return None

    def why_nobody(self, *, at: datetime, user_slot: int | None) -> QuarantineCode:
        """The code for a reading that `holder` finds nobody for."""
        later = any(h.user_slot == user_slot and at < h.start for h in self.holdings)
        return QuarantineCode.BEFORE_HAND_OVER if later else QuarantineCode.UNKNOWN_USER

    @property
    def somebody_consents(self) -> bool:
        """Whether any holder of today or before agrees that readings are stored."""
        return any(holding.consents for holding in self.holdings)

    @property
    def holder_ids(self) -> frozenset[int]:
        return frozenset(holding.patient_id for holding in self.holdings)


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
    """Look up holdings and consents in one query. Serials that nobody registered are absent."""
    with connection.cursor() as cursor:
        if credential.device_id is not None:
            query = _HOLDINGS.format(devices="d.id = %s")
            cursor.execute(query, [received_at, credential.device_id])
        else:
            query = _HOLDINGS.format(devices="d.serial = ANY(%s)")
            cursor.execute(query, [received_at, sorted(set(serials))])
        rows = cursor.fetchall()
    by_serial: dict[str, KnownDevice] = {}
    for serial, device_id, patient_id, user_slot, start, end, stands in rows:
        device = by_serial.setdefault(serial, KnownDevice(device_id))
        if patient_id is not None:
            device.holdings.append(Holding(patient_id, user_slot, start, end, stands is True))
    own = by_serial.get(credential.serial) if credential.device_id is not None else None
    return Book(by_serial, own)
