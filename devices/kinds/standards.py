"""How a kind is said in the formats of others."""

from collections.abc import Callable
from dataclasses import dataclass

from devices.kinds.fhir import Codes
from devices.kinds.openmhealth import Schema
from devices.kinds.pieces import Piece
from devices.kinds.reading import Reading


@dataclass(frozen=True, slots=True)
class Standards:
    """`assemble` makes the reading of what was said, in `fhir`'s codes or `openmhealth`'s schemas.

    It raises Malformed for what is missing, NoValue for what was not measured, and lets msgspec's
    ValidationError of the kind's item through.
    """

    assemble: Callable[[Piece], Reading]
    fhir: Codes | None = None
    openmhealth: tuple[Schema, ...] = ()
