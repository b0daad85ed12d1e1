"""A reading as it is stored: what queries answer and what `readings_stored` tells."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from devices.kinds.roads import Identity


@dataclass(frozen=True, slots=True)
class StoredReading:
    """One blood-pressure reading. `measured_at` is UTC, pressures are whole mmHg."""

    patient_id: int
    measured_at: datetime
    device_id: int
    device_reading_id: str
    systolic: int
    diastolic: int
    pulse: int | None
    mean_arterial: int | None
    flags: frozenset[str]
    utc_offset: int
    same_as: Identity | None = None

    @property
    def local(self) -> datetime:
        """When it was, by the clock where it was measured."""
        return self.measured_at.astimezone(timezone(timedelta(minutes=self.utc_offset)))
