"""A night as it is stored: what queries answer and what `readings_stored` tells."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from devices.kinds.roads import Identity


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
