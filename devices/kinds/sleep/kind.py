"""Sleep by a watch, a mat or a recorder, as the house knows it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from devices.kinds.kind import Kind, gettext_noop
from devices.kinds.reading import Row, at_offset
from devices.kinds.sleep.fhir import CODES
from devices.kinds.sleep.openmhealth import SCHEMAS
from devices.kinds.sleep.payload import SleepItem, reading, staged
from devices.kinds.sleep.pieces import reading as assemble
from devices.kinds.sleep.simulator import simulate
from devices.kinds.sleep.stored import StoredNight
from devices.kinds.sleep.table import TABLE


class StageAnswer(msgspec.Struct, frozen=True):
    """One stage and how long it lasted."""

    stage: str
    minutes: float


class NightAnswer(msgspec.Struct, frozen=True):
    """One night, in the names of the item that a device sends."""

    started_at: datetime
    ended_at: datetime
    stages: list[StageAnswer]


def answer(row: Any) -> Mapping[str, Any]:
    """A stored row (its columns are attributes) as the API shows it."""
    return {
        "started_at": at_offset(row.started_at, row.utc_offset),
        "ended_at": at_offset(row.ended_at, row.ended_utc_offset),
        "stages": [
            {"stage": stage, "minutes": minutes}
            for stage, minutes in staged(row.stages, row.microseconds)
        ],
    }


def stored(row: Row) -> StoredNight:
    """A row in the order of the table's columns, as queries answer it."""
    patient_id, at, device_id, id_, _, until, stages, microseconds, offset, ended_offset, _ = row
    stages = staged(stages, microseconds)
    return StoredNight(patient_id, at, device_id, id_, until, stages, offset, ended_offset)


SLEEP = Kind(
    name="sleep",
    item=SleepItem,
    reading=reading,
    table=TABLE,
    label=gettext_noop("Sleep"),
    mark="SL",
    stored=stored,
    shape=NightAnswer,
    answer=answer,
    simulate=simulate,
    assemble=assemble,
    fhir=CODES,
    openmhealth=SCHEMAS,
    usual=True,
)
