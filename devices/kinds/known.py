"""The kinds there are. A new kind adds its folder, its line here and a migration."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from devices.kinds.blood_pressure import payload as blood_pressure
from devices.kinds.blood_pressure.standards import STANDARDS as blood_pressure_standards
from devices.kinds.reading import Reading
from devices.kinds.sleep import payload as sleep
from devices.kinds.sleep.standards import STANDARDS as sleep_standards
from devices.kinds.standards import Standards
from devices.kinds.table import Table


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind's native item, what reads it, where its readings lie, and how others say it."""

    name: str
    item: type
    reading: Callable[[Any], Reading]
    table: Table
    standards: Standards | None = None


KINDS = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            Kind(
                "blood_pressure",
                blood_pressure.BloodPressureItem,
                blood_pressure.reading,
                blood_pressure.BloodPressure.table,
                blood_pressure_standards,
            ),
            Kind(
                "sleep",
                sleep.SleepItem,
                sleep.reading,
                sleep.Night.table,
                sleep_standards,
            ),
        )
    }
)
