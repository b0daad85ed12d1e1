"""The kinds there are. A new kind adds its folder, its line here and a migration."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from devices.kinds.blood_pressure import payload as blood_pressure
from devices.kinds.reading import Reading
from devices.kinds.sleep import payload as sleep
from devices.kinds.table import Table


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind's native item, what reads it, and where its readings lie."""

    name: str
    item: type
    reading: Callable[[Any], Reading]
    table: Table


KINDS = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            Kind(
                "blood_pressure",
                blood_pressure.BloodPressureItem,
                blood_pressure.reading,
                blood_pressure.BloodPressure.table,
            ),
            Kind("sleep", sleep.SleepItem, sleep.reading, sleep.Night.table),
        )
    }
)
