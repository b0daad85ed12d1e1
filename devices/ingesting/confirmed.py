"""Plain readings of many devices in one statement, which stores only what nothing speaks against.

A row is written when its device is still what it was when the reading was judged and its identity
is new. Whoever asked looks at the others one by one.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

import numpy as np

from devices.binary import binary_cursor
from devices.held import EPOCH, MICROSECOND, NONE
from devices.ingesting import partitions
from devices.ingesting.judging import Placed
from devices.ingesting.packing import Array
from devices.kinds.blood_pressure.payload import BloodPressure
from devices.kinds.blood_pressure.table import TABLE

COLUMNS = {
    "patient_id": "bigint",
    "measured_at": "timestamptz",
    "device_id": "bigint",
    "version": "bigint",
    "systolic": "smallint",
    "diastolic": "smallint",
    "pulse": "smallint",
    "mean_arterial": "smallint",
    "flags": "smallint",
    "utc_offset": "smallint",
    "user_slot": "smallint",
}
# One look at the key for each device, whatever the planner thinks of a join.
_INSERT = f"""
INSERT INTO {{}} (patient_id, measured_at, device_id, device_reading_id, received_at, systolic,
    diastolic, pulse, mean_arterial, flags, utc_offset, user_slot)
SELECT n.patient_id, n.measured_at, n.device_id, '', %s, n.systolic, n.diastolic,
    nullif(n.pulse, {NONE}), nullif(n.mean_arterial, {NONE}), n.flags, n.utc_offset,
    nullif(n.user_slot, {NONE})
  FROM unnest({", ".join(f"%s::{type_}[]" for type_ in COLUMNS.values())})
       AS n({", ".join(COLUMNS)}),
  LATERAL (
    SELECT FROM devices_device d WHERE d.id = n.device_id AND d.version = n.version OFFSET 0
  ) unchanged
    ON CONFLICT DO NOTHING RETURNING device_id
"""
Row = tuple[int, ...]


def store(plain: Iterable[tuple[Placed, BloodPressure, int]], *, received_at: datetime) -> set[int]:
    """Store these readings, one a device, each with the version its device must still have.

    Needs the role of ingest. They have no id of the device's own and nothing that columns cannot
    hold. Returns the devices whose reading was stored; it is committed with the transaction.
    """
    months: dict[str, list[Row]] = defaultdict(list)
    for placed, reading, version in plain:
        partitions.ensure(TABLE, [reading.at])
        months[partitions.name_of(TABLE, reading.at)].append(_row(placed, reading, version))
    stored: set[int] = set()
    for partition in sorted(months):
        stored |= _insert(partition, sorted(months[partition]), received_at)
    return stored


def _row(placed: Placed, reading: BloodPressure, version: int) -> Row:
    return (
        placed.patient_id,
        (reading.at - EPOCH) // MICROSECOND,
        placed.device_id,
        version,
        reading.systolic,
        reading.diastolic,
        NONE if reading.pulse is None else reading.pulse,
        NONE if reading.mean_arterial is None else reading.mean_arterial,
        reading.flags,
        reading.utc_offset,
        NONE if reading.user_slot is None else reading.user_slot,
    )


def _insert(partition: str, rows: list[Row], received_at: datetime) -> set[int]:
    table = np.array(rows, np.int64)
    given = [Array(type_, table[:, place]) for place, type_ in enumerate(COLUMNS.values())]
    with binary_cursor() as cursor:
        cursor.execute(_INSERT.format(partition), [received_at, *given], prepare=True)
        return {device_id for (device_id,) in cursor.fetchall()}
