"""A registered device and everybody who ever held it: whose a reading is, at any time."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from devices.models import QuarantineCode


class Holding(Struct, frozen=True, gc=False):
    """A person holds a device under a slot in [start, end). `consents`: to care, as of arrival."""

    patient_id: int
    user_slot: int | None
    start: datetime
    end: datetime | None
    consents: bool

    def covers(self, at: datetime) -> bool:
        return self.start <= at and (self.end is None or at < self.end)


EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
NONE = -1
NOBODY = (NONE, NONE, NONE, NONE)


@dataclass(slots=True)
class KnownDevice:
    """A registered device and everybody who ever held it, in order of time. `version`: of its row
    when this was read (devices/authenticating.py)."""

    id: int
    holdings: list[Holding] = field(default_factory=list)
    version: int = 0

    @property
    def sole_holder(self) -> tuple[int, int, int, int] | None:
        """Patient, device, since when (microseconds since 2000) and slot (-1: none), when one
        person alone ever held it, does now, and consents. Ask when the holdings are complete."""
        if len(self.holdings) != 1:
            return None
        (only,) = self.holdings
        if only.end is not None or not only.consents:
            return None
        since = (only.start - EPOCH) // MICROSECOND
        return only.patient_id, self.id, since, NONE if only.user_slot is None else only.user_slot

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
