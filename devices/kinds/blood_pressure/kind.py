"""Blood pressure by a cuff, as the house knows it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from devices.kinds.blood_pressure.fhir import CODES
from devices.kinds.blood_pressure.openmhealth import SCHEMAS
from devices.kinds.blood_pressure.payload import (
    FLAGS,
    BloodPressureItem,
    flag_names,
    reading,
)
from devices.kinds.blood_pressure.pieces import reading as assemble
from devices.kinds.blood_pressure.simulator import simulate
from devices.kinds.blood_pressure.stored import StoredReading
from devices.kinds.blood_pressure.table import TABLE
from devices.kinds.kind import Kind, gettext_noop
from devices.kinds.reading import Row, at_offset


class PressureAnswer(msgspec.Struct, frozen=True):
    """One blood-pressure reading, in the names of the item that a device sends; mmHg."""

    measured_at: datetime
    systolic: int
    diastolic: int
    pulse: int | None
    mean_arterial: int | None
    flags: list[str]
    original: dict[str, Any] | None


def answer(row: Any) -> Mapping[str, Any]:
    """A stored row (its columns are attributes) as the API shows it."""
    names = flag_names(row.flags)
    return {
        "measured_at": at_offset(row.measured_at, row.utc_offset),
        "systolic": row.systolic,
        "diastolic": row.diastolic,
        "pulse": row.pulse,
        "mean_arterial": row.mean_arterial,
        "flags": [flag for flag in FLAGS if flag in names],
        "original": row.original,
    }


def stored(row: Row) -> StoredReading:
    """A row in the order of the table's columns, as queries answer it."""
    patient_id, at, device_id, id_, _, systolic, diastolic, pulse, mean, flags, offset, *_ = row
    return StoredReading(
        patient_id, at, device_id, id_, systolic, diastolic, pulse, mean, flag_names(flags), offset
    )


BLOOD_PRESSURE = Kind(
    name="blood_pressure",
    item=BloodPressureItem,
    reading=reading,
    table=TABLE,
    label=gettext_noop("Blood pressure"),
    mark="BP",
    stored=stored,
    shape=PressureAnswer,
    answer=answer,
    simulate=simulate,
    assemble=assemble,
    fhir=CODES,
    openmhealth=SCHEMAS,
    usual=True,
)
