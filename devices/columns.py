"""Blood pressure of many people as NumPy columns, straight from PostgreSQL's binary COPY.

Moving rows is most of the cost of an analysis over many people: tuples take twice as long.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection
from psycopg import sql

from devices.kinds.roads import WITHIN
from devices.standing import COUNTS, with_retractions
from healthcare.hospitals.scope import current
from healthcare.patients.models import Patient

NOT_MEASURED = -1

_FIELDS = (
    ("patient_id", ">i8"),
    ("measured_at", ">i8"),
    ("device_id", ">i8"),
    ("systolic", ">i2"),
    ("diastolic", ">i2"),
    ("pulse", ">i2"),
    ("mean_arterial", ">i2"),
    ("flags", ">i2"),
    ("utc_offset", ">i2"),
)
# One binary COPY record: the number of fields, then each field after its length.
_RECORD = np.dtype(
    [("n", ">i2"), *((part, kind) for f, t in _FIELDS for part, kind in ((f"{f}#", ">i4"), (f, t)))]
)
_HEADER, _TRAILER = 19, 2
_EPOCH = np.datetime64("2000-01-01T00:00:00", "us")  # of PostgreSQL's times

_QUERY = sql.SQL(
    "COPY (SELECT patient_id, measured_at, device_id, systolic, diastolic,"
    " coalesce(pulse, {none})::smallint, coalesce(mean_arterial, {none})::smallint,"
    " flags, utc_offset"
    " FROM devices_bloodpressurereading r"
    " WHERE patient_id = ANY({patients}) AND measured_at >= {start} AND measured_at < {end}"
    "{counting}"
    " ORDER BY patient_id, measured_at, device_id, device_reading_id)"
    " TO STDOUT (FORMAT BINARY)"
)

_COUNTING = sql.SQL(" AND " + COUNTS.format(reading="r", kind="blood_pressure", time="measured_at"))


@dataclass(frozen=True, slots=True)
class Columns:
    """Parallel arrays, by person and time. Times are UTC; `NOT_MEASURED` stands for no value.
    `repeats` says of a reading that it came by a second road (`devices.kinds.roads`)."""

    patient_id: npt.NDArray[np.int64]
    measured_at: npt.NDArray[np.datetime64]
    device_id: npt.NDArray[np.int64]
    systolic: npt.NDArray[np.int16]
    diastolic: npt.NDArray[np.int16]
    pulse: npt.NDArray[np.int16]
    mean_arterial: npt.NDArray[np.int16]
    flags: npt.NDArray[np.int16]
    utc_offset: npt.NDArray[np.int16]
    repeats: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.patient_id)


def columns(
    patient_ids: Iterable[int], start: datetime, end: datetime, *, repeats: bool = False
) -> Columns:
    """The readings of [start, end) of those of these people whom the scope covers, each
    measurement once; with `repeats` also those that came by a second road."""
    covered = _covered(patient_ids)
    query = _QUERY.format(
        counting=_COUNTING if with_retractions(covered) else sql.SQL(""),
        none=sql.Literal(NOT_MEASURED),
        patients=sql.Literal(covered),
        # What a reading repeats may lie just outside of the period.
        start=sql.Literal(start - WITHIN),
        end=sql.Literal(end + WITHIN),
    )
    received = bytearray()
    wrapped = connection.wrap_database_errors
    with connection.cursor() as cursor, wrapped, cursor.copy(query) as copy:
        for block in copy:
            received += block
    count = (len(received) - _HEADER - _TRAILER) // _RECORD.itemsize
    records = np.frombuffer(received, dtype=_RECORD, count=count, offset=_HEADER)
    found = {name: records[name].astype(type_[1:]) for name, type_ in _FIELDS}
    found["measured_at"] = _EPOCH + found["measured_at"].astype("timedelta64[us]")
    found["repeats"] = _repeats(found)
    inside = (found["measured_at"] >= _utc(start)) & (found["measured_at"] < _utc(end))
    if not repeats:
        inside &= ~found["repeats"]
    return Columns(**{name: values[inside] for name, values in found.items()})


def _repeats(found: dict[str, npt.NDArray[Any]]) -> npt.NDArray[np.bool_]:
    """What `kinds.blood_pressure.roads.noted` says, for all rows at once: each row is compared
    with the next, then with the one after, for as long as any two are one person's and close."""
    repeats = np.zeros(len(found["patient_id"]), dtype=np.bool_)
    earlier = np.arange(len(repeats))
    for step in range(1, len(repeats)):
        earlier = earlier[: np.searchsorted(earlier, len(repeats) - step)]
        later = earlier + step
        close = (found["patient_id"][earlier] == found["patient_id"][later]) & (
            found["measured_at"][later] - found["measured_at"][earlier] <= np.timedelta64(WITHIN)
        )
        earlier, later = earlier[close], later[close]
        if not len(earlier):
            break
        alike = (
            (found["device_id"][earlier] != found["device_id"][later])
            & (found["systolic"][earlier] == found["systolic"][later])
            & (found["diastolic"][earlier] == found["diastolic"][later])
            & (
                (found["pulse"][earlier] == NOT_MEASURED)
                | (found["pulse"][later] == NOT_MEASURED)
                | (found["pulse"][earlier] == found["pulse"][later])
            )
        )
        one, other = earlier[alike], later[alike]
        plain_one, plain_other = found["flags"][one] == 0, found["flags"][other] == 0
        one_counts = np.where(
            plain_one == plain_other,
            found["device_id"][one] < found["device_id"][other],
            plain_other,
        )
        repeats[np.where(one_counts, other, one)] = True
    return repeats


def _utc(time: datetime) -> np.datetime64:
    return np.datetime64(time.astimezone(UTC).replace(tzinfo=None), "us")


def _covered(patient_ids: Iterable[int]) -> list[int]:
    scope = current()
    wanted = sorted(set(patient_ids))
    if scope.kind == "system":
        return wanted
    if scope.kind in ("operator", "support"):
        return []
    return list(Patient.objects.filter(pk__in=wanted).values_list("pk", flat=True))
