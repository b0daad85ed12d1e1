"""A weight as it is stored: what queries answer and what `readings_stored` tells."""

from dataclasses import dataclass
from datetime import datetime

from devices.kinds.reading import at_offset


@dataclass(frozen=True, slots=True)
class StoredWeight:
    """One weighing. `measured_at` is UTC, `grams` are whole, `body_fat` is percent."""

    patient_id: int
    measured_at: datetime
    device_id: int
    device_reading_id: str
    grams: int
    body_fat: float | None
    utc_offset: int

    @property
    def kilograms(self) -> float:
        return self.grams / 1000

    @property
    def local(self) -> datetime:
        """When it was, by the clock where it was measured."""
        return at_offset(self.measured_at, self.utc_offset)
