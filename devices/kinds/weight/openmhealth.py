"""Weight in Open mHealth. Its schema of body fat is not among those that are published together, so
that it could not be validated: body fat comes by the other formats."""

from devices.kinds.openmhealth import OMH, Body, Said, Schema, refuse_statistic, time_frame
from devices.kinds.pieces import Quantity
from devices.kinds.reading import Malformed

UNITS = ("kg", "g", "lb")


def says(body: Body) -> Said:
    """The weight, of the units that scales use."""
    refuse_statistic(body)
    start, end = time_frame(body)
    given = body["body_weight"]
    if given["unit"] not in UNITS:
        raise Malformed(
            "body.body_weight.unit",
            f"{given['unit']!r} is no unit of a scale: send {' or '.join(UNITS)}.",
        )
    weight = Quantity(given["value"], given["unit"])
    return Said(end=end, start=start, parts={"weight": weight}, words={})


SCHEMAS = (Schema(OMH, "body-weight", "3.0", says),)
