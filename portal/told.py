"""What came in and is no reading, as people read it: the values in words, and when."""

from dataclasses import dataclass
from datetime import datetime

import msgspec
from django.utils.translation import gettext as _

from devices.kinds.blood_pressure.payload import BloodPressure
from devices.kinds.reading import Malformed
from devices.kinds.sleep.payload import Night
from devices.models import QuarantinedItem, ReadingConflict
from devices.wire.batch import Undecodable
from devices.wire.native import read_item
from portal.values import in_words


@dataclass(frozen=True, slots=True)
class Told:
    """One message of a device: what it says, and when by its own clock."""

    values: str
    measured_at: datetime | None
    user_slot: int | None


def told(row: QuarantinedItem | ReadingConflict) -> Told:
    """What the message says. Bytes that do not decode say nothing."""
    says = read_item(msgspec.json.decode(row.payload)).says
    slot = says.user_slot if isinstance(says, BloodPressure | Night | Undecodable) else None
    return Told(_values(says), row.measured_at, slot)


def _values(says: object) -> str:
    if isinstance(says, Undecodable):
        return _("bytes that say nothing")
    if isinstance(says, Malformed):
        return _("a message in another format")
    return in_words(says.stored(patient_id=0, device_id=0))  # type: ignore[attr-defined]
