"""Oxygen saturation in Open mHealth: single values."""

from devices.kinds.openmhealth import OMH, Body, Said, Schema, refuse_statistic, time_frame
from devices.kinds.pieces import Quantity


def says(body: Body) -> Said:
    """The saturation in percent."""
    refuse_statistic(body)
    start, end = time_frame(body)
    spo2 = Quantity(body["oxygen_saturation"]["value"], "%")
    return Said(end=end, start=start, parts={"spo2": spo2}, words={})


SCHEMAS = (Schema(OMH, "oxygen-saturation", "2.0", says),)
