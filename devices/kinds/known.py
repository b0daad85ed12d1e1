"""The kinds there are. A new kind adds its folder, its line here and a migration."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from devices.kinds.blood_pressure import fhir as blood_pressure_fhir
from devices.kinds.blood_pressure import openmhealth as blood_pressure_openmhealth
from devices.kinds.blood_pressure import payload as blood_pressure
from devices.kinds.blood_pressure import pieces as blood_pressure_pieces
from devices.kinds.fhir import Codes
from devices.kinds.openmhealth import Schema
from devices.kinds.pieces import Piece
from devices.kinds.reading import Reading
from devices.kinds.sleep import fhir as sleep_fhir
from devices.kinds.sleep import openmhealth as sleep_openmhealth
from devices.kinds.sleep import payload as sleep
from devices.kinds.sleep import pieces as sleep_pieces
from devices.kinds.table import Table


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind's native item, what reads it, and where its readings lie.

    `fhir` and `openmhealth`: how it is said there; `assemble` makes a reading of what they said.
    """

    name: str
    item: type
    reading: Callable[[Any], Reading]
    table: Table
    assemble: Callable[[Piece], Reading] | None = None
    fhir: Codes | None = None
    openmhealth: tuple[Schema, ...] = ()


KINDS = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            Kind(
                "blood_pressure",
                blood_pressure.BloodPressureItem,
                blood_pressure.reading,
                blood_pressure.BloodPressure.table,
                blood_pressure_pieces.reading,
                blood_pressure_fhir.CODES,
                blood_pressure_openmhealth.SCHEMAS,
            ),
            Kind(
                "sleep",
                sleep.SleepItem,
                sleep.reading,
                sleep.Night.table,
                sleep_pieces.reading,
                sleep_fhir.CODES,
                sleep_openmhealth.SCHEMAS,
            ),
        )
    }
)
