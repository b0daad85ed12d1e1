"""What other rooms ask about readings. Every question needs a scope; what it does not cover is
absent."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, QuerySet, Subquery

from devices.columns import Columns, columns
from devices.kinds.blood_pressure.payload import flag_names
from devices.kinds.sleep.payload import staged
from devices.kinds.stored import StoredNight, StoredReading
from devices.models import (
    BloodPressureReading,
    DeviceHolding,
    QuarantinedItem,
    ReadingConflict,
    SleepNight,
)
from devices.standing import counting, counting_of, with_retractions
from healthcare.hospitals.scope import ScopedQuerySet
from healthcare.patients.models import Patient

__all__ = [
    "Columns",
    "HeldDevice",
    "StoredNight",
    "StoredReading",
    "blood_pressure",
    "columns",
    "conflicts_of",
    "devices_of",
    "last_reading_at",
    "nights",
    "quarantined",
]

# A night may begin on the day before the one it counts for, and last until the end of it.
NIGHT_BEFORE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class HeldDevice:
    """A device in somebody's hands, and since when."""

    device_id: int
    kind: str
    serial: str
    model: str
    user_slot: int | None
    since: datetime


def blood_pressure(*, patient_id: int, start: datetime, end: datetime) -> list[StoredReading]:
    """The readings of [start, end) in time order. Only the index is read."""
    rows = (
        counting_of(
            BloodPressureReading.objects.filter(
                patient_id=patient_id, measured_at__gte=start, measured_at__lt=end
            ),
            "blood_pressure",
            patient_id=patient_id,
        )
        .order_by("measured_at", "device_id", "device_reading_id")
        .values_list(
            "patient_id",
            "measured_at",
            "device_id",
            "device_reading_id",
            "systolic",
            "diastolic",
            "pulse",
            "mean_arterial",
            "flags",
            "utc_offset",
        )
    )
    return [
        StoredReading(
            patient_id=row[0],
            measured_at=row[1],
            device_id=row[2],
            device_reading_id=row[3],
            systolic=row[4],
            diastolic=row[5],
            pulse=row[6],
            mean_arterial=row[7],
            flags=flag_names(row[8]),
            utc_offset=row[9],
        )
        for row in rows
    ]


def nights(*, patient_id: int, start: date, end: date, timezone: str) -> list[StoredNight]:
    """The nights whose local date of waking, in that zone, lies in [start, end); in time order."""
    zone = ZoneInfo(timezone)
    first = datetime(start.year, start.month, start.day, tzinfo=zone)
    last = datetime(end.year, end.month, end.day, tzinfo=zone)
    # The partitions are by start, so a bound on the start lets the others be skipped.
    begun = SleepNight.objects.filter(
        patient_id=patient_id, started_at__gte=first - NIGHT_BEFORE, started_at__lt=last
    )
    ended = begun.filter(ended_at__gte=first, ended_at__lt=last)
    rows = counting_of(ended, "sleep", patient_id=patient_id).order_by(
        "started_at", "device_id", "device_reading_id"
    )
    return [
        StoredNight(
            patient_id=row.patient_id,
            started_at=row.started_at,
            device_id=row.device_id,
            device_reading_id=row.device_reading_id,
            ended_at=row.ended_at,
            stages=staged(row.stages, row.microseconds),
            utc_offset=row.utc_offset,
            ended_utc_offset=row.ended_utc_offset,
        )
        for row in rows
    ]


def last_reading_at(patient_ids: Iterable[int]) -> dict[int, datetime]:
    """When each person last measured anything; who never did is absent."""
    asked = set(patient_ids)
    not_all_count = with_retractions(asked)
    return _last(asked - not_all_count, all_count=True) | _last(not_all_count, all_count=False)


def _last(patient_ids: Collection[int], *, all_count: bool) -> dict[int, datetime]:
    if not patient_ids:
        return {}
    # One step down the end of an index for each person, not an aggregate over all they measured.
    pressure: QuerySet[Any] = BloodPressureReading.objects.filter(patient_id=OuterRef("pk"))
    sleep: QuerySet[Any] = SleepNight.objects.filter(patient_id=OuterRef("pk"))
    if not all_count:
        pressure, sleep = counting(pressure, "blood_pressure"), counting(sleep, "sleep")
    rows = Patient.objects.filter(pk__in=patient_ids).annotate(
        pressure=Subquery(pressure.order_by("-measured_at").values("measured_at")[:1]),
        sleep=Subquery(sleep.order_by("-started_at").values("ended_at")[:1]),
    )
    return {
        patient_id: max(filter(None, times))
        for patient_id, *times in rows.values_list("pk", "pressure", "sleep")
        if any(times)
    }


def devices_of(*, patient_id: int, at: datetime) -> list[HeldDevice]:
    """The devices in this person's hands at that moment, by serial."""
    holdings = (
        DeviceHolding.objects.filter(patient_id=patient_id, period__contains=at)
        .select_related("device")
        .order_by("device__serial", "user_slot")
    )
    return [
        HeldDevice(
            device_id=holding.device_id,
            kind=holding.device.kind,
            serial=holding.device.serial,
            model=holding.device.model,
            user_slot=holding.user_slot,
            since=holding.period.lower,
        )
        for holding in holdings
    ]


def quarantined(*, patient_id: int) -> ScopedQuerySet[QuarantinedItem]:
    """What came in for this person, could not be true, and waits for somebody to look."""
    rows: ScopedQuerySet[QuarantinedItem] = QuarantinedItem.objects.filter(  # type: ignore[assignment]
        patient_id=patient_id, resolution=""
    )
    return rows


def conflicts_of(*, patient_id: int) -> ScopedQuerySet[ReadingConflict]:
    """Messages that contradict a stored reading of this person and wait for review."""
    rows: ScopedQuerySet[ReadingConflict] = ReadingConflict.objects.filter(  # type: ignore[assignment]
        patient_id=patient_id, reviewed_at=None
    )
    return rows
