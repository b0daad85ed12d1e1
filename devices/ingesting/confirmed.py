"""Plain readings of many devices in one statement, which stores only what nothing speaks against.

A row is written when its device is still what it was when the reading was judged and its identity
is new. Whoever asked looks at the others one by one.
"""

from collections.abc import Iterable
from datetime import datetime

import numpy as np

from devices.binary import binary_cursor
from devices.held import EPOCH, MICROSECOND, NONE
from devices.ingesting.judging import Placed
from devices.ingesting.packing import Array
from devices.kinds.blood_pressure.payload import BloodPressure

# Of a row's numbers, and of the function's arguments.
_TYPES = ("bigint", "timestamptz", "bigint", "bigint", *["smallint"] * 7)
_STORE = """
SELECT devices_store_plain(
    %s::bigint[], %s::timestamptz[], %s::bigint[], %s::bigint[],
    %s::smallint[], %s::smallint[], %s::smallint[], %s::smallint[],
    %s::smallint[], %s::smallint[], %s::smallint[], %s)
"""
Row = tuple[int, ...]


def store(plain: Iterable[tuple[Placed, BloodPressure, int]], *, received_at: datetime) -> set[int]:
    """Store these readings, one a device, each with the version its device must still have, and
    tell whoever must know. One statement, which commits by itself outside of a transaction.

    They have no id of the device's own and nothing that columns cannot hold, and their months have
    partitions. Acts as ingest. Returns the devices whose reading was stored.
    """
    rows = sorted(_row(placed, reading, version) for placed, reading, version in plain)
    if not rows:
        return set()
    table = np.array(rows, np.int64)
    given = [Array(type_, table[:, place]) for place, type_ in enumerate(_TYPES)]
    with binary_cursor() as cursor:
        cursor.execute(_STORE, [*given, received_at], prepare=True)
        ((stored,),) = cursor.fetchall()
    return set(stored)


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
