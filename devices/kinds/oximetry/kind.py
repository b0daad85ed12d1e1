"""Pulse oximetry, a night or a moment, as the house knows it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from devices.kinds.kind import Kind, gettext_noop
from devices.kinds.oximetry.fhir import CODES
from devices.kinds.oximetry.openmhealth import SCHEMAS
from devices.kinds.oximetry.payload import OximetryItem, reading
from devices.kinds.oximetry.pieces import reading as assemble
from devices.kinds.oximetry.simulator import simulate
from devices.kinds.oximetry.stored import StoredOximetry
from devices.kinds.oximetry.table import TABLE
from devices.kinds.reading import Row, at_offset


class OximetryAnswer(msgspec.Struct, frozen=True):
    """One recording: percent and 1/min, one every `sample_seconds`, null without a value. A single
    value is a recording of one sample with `sample_seconds` 0."""

    started_at: datetime
    ended_at: datetime
    sample_seconds: int
    spo2: list[int | None]
    pulse: list[int | None] | None


def answer(row: Any) -> Mapping[str, Any]:
    """A stored row (its columns are attributes) as the API shows it."""
    return {
        "started_at": at_offset(row.started_at, row.utc_offset),
        "ended_at": at_offset(row.ended_at, row.utc_offset),
        "sample_seconds": row.sample_seconds,
        "spo2": row.spo2,
        "pulse": row.pulse,
    }


def stored(row: Row) -> StoredOximetry:
    """A row in the order of the table's columns, as queries answer it."""
    patient_id, at, device_id, id_, _, until, seconds, spo2, pulse, offset, _ = row
    return StoredOximetry(
        patient_id,
        at,
        device_id,
        id_,
        until,
        seconds,
        tuple(spo2),
        None if pulse is None else tuple(pulse),
        offset,
    )


OXIMETRY = Kind(
    name="oximetry",
    item=OximetryItem,
    reading=reading,
    table=TABLE,
    label=gettext_noop("Blood oxygen"),
    mark="OX",
    stored=stored,
    shape=OximetryAnswer,
    answer=answer,
    simulate=simulate,
    assemble=assemble,
    fhir=CODES,
    openmhealth=SCHEMAS,
    largest_page=10,
)
