"""Blood pressure and heart rate in Open mHealth."""

from types import MappingProxyType
from typing import Any

from devices.kinds.openmhealth import OMH, Body, Older, Said, Schema, refuse_statistic, time_frame
from devices.kinds.pieces import Quantity

WORDS = MappingProxyType(
    {
        "body_posture": "position",
        "position_during_measurement": "position",  # of version 1.0
        "measurement_location": "body_site",
    }
)


def says_pressure(body: Body) -> Said:
    """Both pressures in mmHg, with posture and place."""
    refuse_statistic(body)
    start, end = time_frame(body)
    return Said(
        end=end,
        start=start,
        parts={
            "systolic": Quantity(body["systolic_blood_pressure"]["value"], "mmHg"),
            "diastolic": Quantity(body["diastolic_blood_pressure"]["value"], "mmHg"),
        },
        words={ours: body[theirs] for theirs, ours in WORDS.items() if theirs in body},
    )


def says_rate(body: Body) -> Said:
    """The pulse of a blood pressure that is beside it."""
    refuse_statistic(body)
    start, end = time_frame(body)
    return Said(
        end=end,
        start=start,
        parts={"pulse": Quantity(body["heart_rate"]["value"], "/min")},
        words={},
    )


PRESSURES = ("systolic_blood_pressure", "diastolic_blood_pressure")
# Before IEEE 1752.1, whose schemas of a time and a posture version 4.0 took over.
OWN: dict[str, Any] = {
    "effective_time_frame": {"$ref": "time-frame-1.x.json"},
    "descriptive_statistic": {"$ref": "descriptive-statistic-1.x.json"},
}
NOTES: dict[str, Any] = {"user_notes": {"type": "string"}}
SINCE_3 = ("measurement_location", "temporal_relationship_to_physical_activity")
POSITIONS = ("sitting", "lying down", "standing")

SCHEMAS = (
    Schema(
        OMH,
        "blood-pressure",
        "1.0",
        says_pressure,
        older=Older(
            "omh:blood-pressure:4.0",
            {**OWN, **NOTES, "position_during_measurement": {"enum": list(POSITIONS)}},
            without=(*SINCE_3, "body_posture"),
            required=PRESSURES,
        ),
    ),
    Schema(
        OMH,
        "blood-pressure",
        "2.0",
        says_pressure,
        older=Older(
            "omh:blood-pressure:4.0",
            {**OWN, **NOTES},
            without=SINCE_3,
            required=PRESSURES,
            closed=True,
        ),
    ),
    Schema(
        OMH,
        "blood-pressure",
        "3.0",
        says_pressure,
        older=Older("omh:blood-pressure:4.0", OWN, without=SINCE_3[1:]),
    ),
    Schema(OMH, "blood-pressure", "3.1", says_pressure, older=Older("omh:blood-pressure:4.0", OWN)),
    Schema(OMH, "blood-pressure", "4.0", says_pressure),
    Schema(
        OMH,
        "heart-rate",
        "1.0",
        says_rate,
        whole=False,
        older=Older(
            "omh:heart-rate:2.0",
            NOTES,
            without=("temporal_relationship_to_sleep",),
            required=("heart_rate",),
        ),
    ),
    Schema(
        OMH,
        "heart-rate",
        "1.1",
        says_rate,
        whole=False,
        older=Older("omh:heart-rate:2.0", NOTES, required=("heart_rate",)),
    ),
    Schema(OMH, "heart-rate", "2.0", says_rate, whole=False),
)
