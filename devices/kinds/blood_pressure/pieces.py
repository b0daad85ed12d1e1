"""A blood pressure that came in pieces, as the reading it is."""

import msgspec

from devices.kinds.blood_pressure import payload
from devices.kinds.pieces import NoValue, Piece, Quantity
from devices.kinds.reading import Malformed

PRESSURES = ("systolic", "diastolic")
ALONE = (
    "a heart rate by itself is no reading here: send it with the blood pressure that it belongs"
    " to, in one body, with the same device and time."
)


def reading(piece: Piece) -> payload.BloodPressure:
    """The reading. Raises Malformed for what is missing, NoValue for what was not measured."""
    parts = piece.parts
    if not any(name in parts for name in PRESSURES):
        raise Malformed("", ALONE)
    values: dict[str, Quantity] = {}
    for name, said in parts.items():
        if isinstance(said, Quantity):
            values[name] = said
        elif name in PRESSURES:
            raise NoValue(f"{name} was not measured: {said.reason}.")
    for name in PRESSURES:
        if name not in values:
            raise Malformed(name, "is required and missing: send it.")
    units = {said.unit for name, said in values.items() if name != "pulse"}
    if len(units) > 1:
        raise Malformed("systolic", "the pressures of one reading need one unit.")
    return payload.reading(
        msgspec.convert(
            {
                **piece.item,
                **{name: said.value for name, said in values.items()},
                "measured_at": piece.moment,
                "unit": units.pop(),
            },
            payload.BloodPressureItem,
        )
    )
