"""What other rooms ask about readings. Every question needs a scope; what it does not cover is
absent.

Who asks several things about one person asks `all_count` once, and says it with each question.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Q, QuerySet, Subquery

from devices.archives.serials import PREFIX as ARCHIVE
from devices.columns import Columns, columns
from devices.kinds.blood_pressure import roads as pressure_roads
from devices.kinds.blood_pressure.limits import CRISIS_DIASTOLIC, CRISIS_SYSTOLIC
from devices.kinds.blood_pressure.payload import flag_names
from devices.kinds.blood_pressure.stored import StoredReading
from devices.kinds.known import KINDS
from devices.kinds.roads import WITHIN
from devices.kinds.sleep import roads as sleep_roads
from devices.kinds.sleep.payload import staged
from devices.kinds.sleep.stored import StoredNight
from devices.models import (
    READINGS,
    BloodPressureReading,
    Device,
    DeviceHolding,
    QuarantinedItem,
    ReadingConflict,
    SleepNight,
)
from devices.standing import all_count, counting, counting_of, with_retractions
from healthcare.hospitals.scope import ScopedQuerySet
from healthcare.patients.models import Patient

__all__ = [
    "Columns",
    "HeldDevice",
    "StoredNight",
    "StoredReading",
    "all_count",
    "archives_among",
    "blood_pressure",
    "by_devices",
    "columns",
    "conflicts_of",
    "crises",
    "devices_of",
    "last_pressure_at",
    "last_reading_at",
    "last_reading_of",
    "nights",
    "quarantined",
    "stored",
]

# A night may begin on the day before the one it counts for, and last until the end of it.
NIGHT_BEFORE = timedelta(days=2)
# Rows that are in memory together where they are read one after the other.
AT_ONCE = 50
_FROM_ARCHIVE = Q(device__serial__startswith=ARCHIVE)


@dataclass(frozen=True, slots=True)
class HeldDevice:
    """A device in somebody's hands, and since when."""

    device_id: int
    kind: str
    serial: str
    model: str
    user_slot: int | None
    since: datetime


def blood_pressure(
    *,
    patient_id: int,
    start: datetime,
    end: datetime,
    repeats: bool = False,
    known: bool | None = None,
) -> list[StoredReading]:
    """The readings of [start, end) in time order, each measurement once; with `repeats` also those
    that came by a second road, with `same_as`. Only the index is read."""
    # What a reading repeats may lie just outside of the period.
    around = _pressures(patient_id, known).filter(
        measured_at__gte=start - WITHIN, measured_at__lt=end + WITHIN
    )
    return [
        reading
        for reading in pressure_roads.noted(_read(around))
        if start <= reading.measured_at < end and (repeats or reading.same_as is None)
    ]


def by_devices(
    *, patient_id: int, start: datetime, end: datetime, known: bool | None = None
) -> list[StoredReading]:
    """Of the readings of [start, end), in time order, those that a device sent, each measurement
    once: what came from an archive is not among them, nor does it stand in the way of the same
    reading that a device sent."""
    rows = _pressures(patient_id, known).filter(measured_at__gte=start, measured_at__lt=end)
    sent = _read(rows.exclude(_FROM_ARCHIVE))
    return [reading for reading in pressure_roads.noted(sent) if reading.same_as is None]


def crises(*, patient_id: int, until: datetime) -> list[StoredReading]:
    """A person's readings from which somebody should have acted, up to that moment, in time order,
    by every road."""
    high = Q(systolic__gte=CRISIS_SYSTOLIC) | Q(diastolic__gte=CRISIS_DIASTOLIC)
    return _read(_pressures(patient_id, None).filter(high, measured_at__lte=until))


def archives_among(device_ids: Collection[int]) -> set[int]:
    """Which of these devices stand for an archive that a person brought."""
    if not device_ids:
        return set()
    found = Device.objects.filter(pk__in=device_ids, serial__startswith=ARCHIVE)
    return set(found.values_list("pk", flat=True))


def last_pressure_at(*, patient_id: int, archives: bool = True) -> datetime | None:
    """When this person last measured their blood pressure; without `archives`, by a device."""
    rows = _pressures(patient_id, None)
    if not archives:
        rows = rows.exclude(_FROM_ARCHIVE)
    return rows.order_by("-measured_at").values_list("measured_at", flat=True).first()


def _pressures(patient_id: int, known: bool | None) -> QuerySet[BloodPressureReading]:
    rows = BloodPressureReading.objects.filter(patient_id=patient_id)
    return counting_of(rows, "blood_pressure", patient_id=patient_id, known=known)


def _read(rows: QuerySet[BloodPressureReading]) -> list[StoredReading]:
    """These readings in time order; from their columns in the index."""
    ordered = rows.order_by("measured_at", "device_id", "device_reading_id").values_list(
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
        for row in ordered
    ]


def nights(
    *,
    patient_id: int,
    start: date,
    end: date,
    timezone: str,
    repeats: bool = False,
    known: bool | None = None,
) -> list[StoredNight]:
    """The nights whose local date of waking, in that zone, lies in [start, end); in time order,
    each night once; with `repeats` also those that came by a second road, with `same_as`."""
    zone = ZoneInfo(timezone)
    first = datetime(start.year, start.month, start.day, tzinfo=zone)
    last = datetime(end.year, end.month, end.day, tzinfo=zone)
    # The partitions are by start, so a bound on the start lets the others be skipped.
    begun = SleepNight.objects.filter(
        patient_id=patient_id, started_at__gte=first - NIGHT_BEFORE, started_at__lt=last + WITHIN
    )
    ended = begun.filter(ended_at__gte=first - WITHIN, ended_at__lt=last + WITHIN)
    rows = counting_of(ended, "sleep", patient_id=patient_id, known=known).order_by(
        "started_at", "device_id", "device_reading_id"
    )
    found = [
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
    return [
        night
        for night in sleep_roads.noted(found)
        if first <= night.ended_at < last and (repeats or night.same_as is None)
    ]


def stored(
    *, kind: str, patient_id: int, start: datetime, end: datetime, known: bool | None = None
) -> Iterator[Any]:
    """What a person measured with devices of a kind in [start, end), in time order, as the kind's
    own `Stored...`, one after the other: a night may hold thousands of samples. Read it inside the
    scope that asked. A reading that lasts is in the period of its end. Raises KeyError for a kind
    that is none."""
    spec, model = KINDS[kind], READINGS[kind]
    table = spec.table
    bounds = {f"{table.until}__gte": start, f"{table.until}__lt": end}
    if table.end:
        # The partitions are by start, so a bound on the start lets the others be skipped.
        bounds |= {f"{table.time}__gte": start - NIGHT_BEFORE, f"{table.time}__lt": end}
    rows: Any = model._default_manager.filter(patient_id=patient_id, **bounds)
    rows = counting_of(rows, kind, patient_id=patient_id, known=known)
    rows = rows.order_by(table.time, "device_id", "device_reading_id")
    return map(spec.stored, rows.values_list(*table.names).iterator(chunk_size=AT_ONCE))


def last_reading_at(patient_ids: Iterable[int]) -> dict[int, datetime]:
    """When each person last measured anything; who never did is absent."""
    asked = set(patient_ids)
    not_all_count = with_retractions(asked)
    return _last(asked - not_all_count, plain=True) | _last(not_all_count, plain=False)


def last_reading_of(*, patient_id: int, known: bool | None = None) -> datetime | None:
    """When this person last measured anything; None who never did."""
    plain = all_count(patient_id) if known is None else known
    return _last([patient_id], plain=plain).get(patient_id)


def _last(patient_ids: Collection[int], *, plain: bool) -> dict[int, datetime]:
    if not patient_ids:
        return {}
    # One step down the end of an index for each person and kind, not an aggregate over all they
    # measured.
    last = {}
    for name, kind in KINDS.items():
        rows: QuerySet[Any] = READINGS[name]._default_manager.filter(patient_id=OuterRef("pk"))
        counted = rows if plain else counting(rows, name)
        latest = counted.order_by(f"-{kind.table.time}").values(kind.table.until)[:1]
        last[f"last_{name}"] = Subquery(latest)
    people = Patient.objects.filter(pk__in=patient_ids).annotate(**last)
    return {
        patient_id: max(filter(None, times))
        for patient_id, *times in people.values_list("pk", *last)
        if any(times)
    }


def devices_of(*, patient_id: int, at: datetime, archives: bool = False) -> list[HeldDevice]:
    """The devices in this person's hands at that moment, by serial; with `archives` also those that
    stand for a file they brought."""
    holdings = (
        DeviceHolding.objects.filter(patient_id=patient_id, period__contains=at)
        .select_related("device")
        .order_by("device__serial", "user_slot")
    )
    if not archives:
        holdings = holdings.exclude(device__serial__startswith=ARCHIVE)
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
