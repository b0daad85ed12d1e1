"""Weight by a scale at home, as the house knows it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from devices.kinds.kind import Kind, gettext_noop
from devices.kinds.reading import Row, at_offset
from devices.kinds.weight.fhir import CODES
from devices.kinds.weight.openmhealth import SCHEMAS
from devices.kinds.weight.payload import WeightItem, percent, reading
from devices.kinds.weight.pieces import reading as assemble
from devices.kinds.weight.simulator import simulate
from devices.kinds.weight.stored import StoredWeight
from devices.kinds.weight.table import TABLE


class WeightAnswer(msgspec.Struct, frozen=True):
    """One weighing, in the names of the item that a device sends; kg and percent."""

    measured_at: datetime
    weight: float
    body_fat: float | None
    original: dict[str, Any] | None


def answer(row: Any) -> Mapping[str, Any]:
    """A stored row (its columns are attributes) as the API shows it."""
    return {
        "measured_at": at_offset(row.measured_at, row.utc_offset),
        "weight": row.grams / 1000,
        "body_fat": percent(row.body_fat_permille),
        "original": row.original,
    }


def stored(row: Row) -> StoredWeight:
    """A row in the order of the table's columns, as queries answer it."""
    patient_id, at, device_id, id_, _, grams, permille, offset, *_ = row
    return StoredWeight(patient_id, at, device_id, id_, grams, percent(permille), offset)


WEIGHT = Kind(
    name="weight",
    item=WeightItem,
    reading=reading,
    table=TABLE,
    label=gettext_noop("Weight"),
    mark="WT",
    stored=stored,
    shape=WeightAnswer,
    answer=answer,
    simulate=simulate,
    assemble=assemble,
    fhir=CODES,
    openmhealth=SCHEMAS,
)
