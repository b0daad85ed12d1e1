"""A single saturation that came as an Observation or a data point, as the reading it is."""

from decimal import Decimal

import msgspec

from devices.kinds.oximetry import payload
from devices.kinds.pieces import NoValue, Piece, Quantity
from devices.kinds.reading import Malformed, half_up


def reading(piece: Piece) -> payload.Oximetry:
    """The reading, in whole percent, halves up: no oximeter is more exact than that.

    Raises Malformed for what is missing, NoValue for what was not measured.
    """
    spo2, pulse = piece.parts.get("spo2"), piece.parts.get("pulse")
    if spo2 is None:
        raise Malformed("", "the saturation is missing: send it.")
    if not isinstance(spo2, Quantity):
        raise NoValue(f"the saturation was not measured: {spo2.reason}.")
    said = {**piece.item, "spo2": _whole(spo2.value), "measured_at": piece.moment}
    if isinstance(pulse, Quantity):
        said["pulse"] = _whole(pulse.value)
    return payload.reading(msgspec.convert(said, payload.OximetryItem))


def _whole(value: int | float) -> int:
    return value if isinstance(value, int) else half_up(Decimal(repr(value)))
