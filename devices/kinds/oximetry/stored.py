"""A recording as it is stored: what queries answer and what `readings_stored` tells."""

from dataclasses import dataclass
from datetime import date, datetime

from devices.kinds.reading import at_offset

Samples = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class StoredOximetry:
    """One recording. Times are UTC; `spo2` are percent, `pulse` 1/min, one every
    `sample_seconds`, None where the sensor had no value. A single value has `sample_seconds` 0."""

    patient_id: int
    started_at: datetime
    device_id: int
    device_reading_id: str
    ended_at: datetime
    sample_seconds: int
    spo2: Samples
    pulse: Samples | None
    utc_offset: int

    @property
    def date(self) -> date:
        """The local date on which it ended, by the clock where it was recorded."""
        return at_offset(self.ended_at, self.utc_offset).date()
