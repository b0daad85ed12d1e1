"""Readings already stored, for tests of what is made of them. Needs a scope, like the factories."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from devices.archives.serials import serial_of
from devices.ingesting import partitions, storing
from devices.kinds.known import KINDS
from devices.models import READINGS, BloodPressureReading, Device, SleepNight
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.models import Patient

TOKYO = ZoneInfo("Asia/Tokyo")


def device_of(patient: Patient, kind: str = "blood_pressure") -> Device:
    """The person's own device of that kind."""
    serial = f"{kind[:2]}-{patient.pk}"
    device, _ = Device.objects.get_or_create(
        serial=serial,
        defaults={
            "kind": kind,
            "model": f"Test {kind}",
            "registered_at": datetime(2026, 1, 1, tzinfo=UTC),
        },
    )
    return device


def store(kind: str, readings: Sequence[Any]) -> int:
    """Write unsaved readings the way ingest does: nobody else may. Returns how many."""
    table = KINDS[kind].table
    with acting_in(Scope.ingest()):
        partitions.ensure(table, [getattr(row, table.time) for row in readings])
        return len(
            storing.insert(table, [tuple(getattr(r, n) for n in table.names) for r in readings])
        )


def archive_of(patient: Patient) -> Device:
    """The device that stands for an archive of pressures which the person brought."""
    serial = serial_of(source="csv", label="", kind="blood_pressure", patient_id=patient.pk)
    device, _ = Device.objects.get_or_create(
        serial=serial,
        defaults={"kind": "blood_pressure", "registered_at": datetime(2026, 1, 1, tzinfo=UTC)},
    )
    return device


def measure(
    patient: Patient,
    values: Iterable[tuple[datetime, int, int]],
    *,
    device: Device | None = None,
    late: timedelta = timedelta(0),
) -> int:
    """Store pressure readings (time, systolic, diastolic) of the person's own cuff or another
    device, received so much after they were measured. Returns how many."""
    device = device or device_of(patient)
    rows = [
        BloodPressureReading(
            patient_id=patient.pk,
            measured_at=at,
            device_id=device.pk,
            device_reading_id="",
            systolic=systolic,
            diastolic=diastolic,
            pulse=68,
            flags=0,
            utc_offset=540,
            received_at=at + late,
        )
        for at, systolic, diastolic in values
    ]
    return store("blood_pressure", rows)


def measure_days(
    patient: Patient,
    first: date,
    days: int,
    *,
    morning: int = 136,
    evening: int = 126,
    device: Device | None = None,
    late: timedelta = timedelta(0),
) -> int:
    """Two readings a day in Tokyo: 07:00 and 21:00, diastolic 50 below; as `measure`."""
    return measure(
        patient,
        [
            (datetime.combine(first + timedelta(days=n), at, TOKYO), systolic, systolic - 50)
            for n in range(days)
            for at, systolic in ((time(7), morning), (time(21), evening))
        ],
        device=device,
        late=late,
    )


def sleep_nights(patient: Patient, first: date, nights: int) -> int:
    """Nights from 23:00 to 06:00 in Tokyo, the first on the evening of `first`."""
    device = device_of(patient, "sleep")
    rows = []
    for n in range(nights):
        started = datetime.combine(first + timedelta(days=n), time(23), TOKYO).astimezone(UTC)
        hour = 3_600_000_000
        rows.append(
            SleepNight(
                patient_id=patient.pk,
                started_at=started,
                device_id=device.pk,
                device_reading_id="",
                ended_at=started + timedelta(hours=7),
                stages=[1, 2, 1, 3],
                microseconds=[3 * hour, 1 * hour, 2 * hour, 1 * hour],
                utc_offset=540,
                ended_utc_offset=540,
                received_at=started + timedelta(hours=7),
            )
        )
    return store("sleep", rows)


def weigh(patient: Patient, first: date, days: int, *, grams: int = 64_000) -> int:
    """A weighing a day at 07:00 in Tokyo, 100 g less each day, with body fat."""
    device = device_of(patient, "weight")
    rows = []
    for n in range(days):
        at = datetime.combine(first + timedelta(days=n), time(7), TOKYO).astimezone(UTC)
        row = READINGS["weight"](
            patient_id=patient.pk,
            measured_at=at,
            device_id=device.pk,
            grams=grams - 100 * n,
            body_fat_permille=231,
            utc_offset=540,
            received_at=at,
        )
        rows.append(row)
    return store("weight", rows)


def record_oxygen(patient: Patient, first: date, nights: int) -> int:
    """Recordings of five hours from 23:00 in Tokyo: a fall of 5 points every 5 minutes, and ten
    minutes without a value at midnight."""
    device = device_of(patient, "oximetry")
    spo2: list[int | None] = ([97] * 27 + [92] * 3) * 60
    spo2[360:420] = [None] * 60
    rows = []
    for n in range(nights):
        at = datetime.combine(first + timedelta(days=n), time(23), TOKYO).astimezone(UTC)
        row = READINGS["oximetry"](
            patient_id=patient.pk,
            started_at=at,
            device_id=device.pk,
            ended_at=at + timedelta(seconds=10 * len(spo2)),
            sample_seconds=10,
            spo2=spo2,
            pulse=None,
            utc_offset=540,
            received_at=at,
        )
        rows.append(row)
    return store("oximetry", rows)
