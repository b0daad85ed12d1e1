"""Readings as the evidence of alerts: named for ever, one measurement by two roads once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from devices.kinds.blood_pressure import roads
from devices.kinds.roads import WITHIN
from devices.queries import StoredReading
from reports.models import AlertEvidence, AlertKind
from reports.monitoring.opening import Evidence


def evidence_key(device_id: int, measured_at: datetime, device_reading_id: str) -> str:
    """Names a reading among the evidence of alerts."""
    return f"{device_id}:{measured_at.timestamp():.6f}:{device_reading_id}"


def key_of(row: StoredReading) -> str:
    """The key of this reading."""
    return evidence_key(row.device_id, row.measured_at, row.device_reading_id)


def of_reading(row: StoredReading) -> Evidence:
    """This reading as evidence: its time, both pressures and the pulse if it has one."""
    values = [row.systolic, row.diastolic, *([row.pulse] if row.pulse is not None else [])]
    return Evidence(key=key_of(row), measured_at=row.measured_at, values=values)


def known_around(
    patient_id: int, kind: AlertKind, rows: Sequence[StoredReading], *, within: timedelta = WITHIN
) -> list[StoredReading]:
    """The readings around these on which alerts of that kind rest already."""
    first = min(r.measured_at for r in rows) - within
    last = max(r.measured_at for r in rows) + within
    evidence = AlertEvidence.objects.filter(
        patient_id=patient_id, kind=kind, measured_at__range=(first, last)
    ).values_list("key", "measured_at", "values")
    return [
        _reading_of(patient_id, key, measured_at, values)
        for key, measured_at, values in evidence
        if measured_at is not None and values
    ]


def untold(known: Sequence[StoredReading], rows: Sequence[StoredReading]) -> list[StoredReading]:
    """Of these readings those that nobody was told of by another road."""
    return [
        row
        for row in roads.noted(sorted(rows, key=lambda r: r.measured_at))
        if row.same_as is None
        and not any(
            abs(row.measured_at - other.measured_at) <= WITHIN and roads.alike(row, other)
            for other in known
        )
    ]


def _reading_of(
    patient_id: int, key: str, measured_at: datetime, values: list[int]
) -> StoredReading:
    device_id, _, id_ = key.split(":", 2)
    systolic, diastolic, pulse = [*values, None][:3]
    assert systolic is not None  # evidence that is a reading holds both pressures
    assert diastolic is not None
    return StoredReading(
        patient_id=patient_id,
        measured_at=measured_at,
        device_id=int(device_id),
        device_reading_id=id_,
        systolic=systolic,
        diastolic=diastolic,
        pulse=pulse,
        mean_arterial=None,
        flags=frozenset(),
        utc_offset=0,
    )
