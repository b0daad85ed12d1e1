"""Readings as they are stored: what queries answer and what `readings_stored` tells."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from devices.kinds.roads import Identity


@dataclass(frozen=True, slots=True)
class StoredReading:
    """One blood-pressure reading. `measured_at` is UTC, pressures are whole mmHg. `same_as` names
    the reading that this one repeats by another road, where that was asked for."""

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


@dataclass(frozen=True, slots=True)
class StoredNight:
    """One time in bed. Times are UTC; `stages` are (stage, minutes) in order."""

    patient_id: int
    started_at: datetime
    device_id: int
    device_reading_id: str
    ended_at: datetime
    stages: tuple[tuple[str, float], ...]
    utc_offset: int
    ended_utc_offset: int
    same_as: Identity | None = None

    @property
    def date(self) -> date:
        """The local date of waking, by the clock where the person woke."""
        return self.ended_at.astimezone(timezone(timedelta(minutes=self.ended_utc_offset))).date()
