"""A weighing that came in pieces, as the reading it is."""

from decimal import Decimal

import msgspec

from devices.kinds.pieces import NoValue, Piece, Quantity
from devices.kinds.reading import Malformed
from devices.kinds.weight import payload

GRAMS_A_KG = 1000
ALONE = "body fat by itself is no reading here: send it with the weight of the same time."


def reading(piece: Piece) -> payload.Weight:
    """The reading. Raises Malformed for what is missing, NoValue for what was not measured."""
    weight, fat = piece.parts.get("weight"), piece.parts.get("body_fat")
    if weight is None:
        raise Malformed("", ALONE if fat is not None else "weight is missing: send it.")
    if not isinstance(weight, Quantity):
        raise NoValue(f"the weight was not measured: {weight.reason}.")
    value, unit = weight.value, weight.unit
    if unit == "g":
        # By decimals: 64300 g are 64.3 kg and nothing behind it.
        value, unit = float(Decimal(str(value)) / GRAMS_A_KG), "kg"
    said = {**piece.item, "weight": value, "unit": unit, "measured_at": piece.moment}
    if isinstance(fat, Quantity):
        said["body_fat"] = fat.value
    return payload.reading(msgspec.convert(said, payload.WeightItem))
