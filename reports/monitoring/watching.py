"""Alerts that open in the transaction that stores the reading: the crisis does not wait.

They open for everybody whose readings are stored, which takes consent to care and nothing else;
no package is asked.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db import connection

from devices.queries import StoredReading
from devices.retracting import counts
from healthcare.audit.actors import task
from reports.analysis.warning_signs import is_crisis
from reports.models import AlertEvidence, AlertKind
from reports.monitoring.opening import Evidence, open_alert

BY = task("reports.watching")
# An older reading tells of yesterday: it shows in the worklist as "late, high" and rings nobody.
CRISIS_ARRIVES_WITHIN = timedelta(hours=24)
SECOND_WITHIN = timedelta(minutes=15)


def on_readings_stored(
    sender: object, *, readings: Sequence[Any], received_at: datetime, **_: object
) -> None:
    """Receiver of `devices.signals.readings_stored`: note the news, open crises."""
    note_news({row.patient_id for row in readings}, at=received_at)
    high: dict[int, list[StoredReading]] = defaultdict(list)
    for row in readings:
        if not isinstance(row, StoredReading) or not is_crisis(row.systolic, row.diastolic):
            continue
        # One whose wrong time was set right before is sent once more: it rings nobody.
        if counts(row):
            high[row.patient_id].append(row)
    for patient_id in sorted(high):
        _crisis(patient_id, high[patient_id], received_at)


def on_readings_suspect(
    sender: object,
    *,
    patient_ids: Sequence[int | None],
    item_ids: Sequence[int],
    received_at: datetime,
    **_: object,
) -> None:
    """Receiver of `devices.signals.readings_suspect`: high values that cannot be believed as they
    came, received now. Somebody checks with the person, once it is known whose they are."""
    found = [
        (patient_id, item_id)
        for patient_id, item_id in zip(patient_ids, item_ids, strict=True)
        if patient_id is not None
    ]
    for patient_id, item_id in sorted(found):
        open_alert(
            patient_id=patient_id,
            kind=AlertKind.SUSPECT,
            evidence=[Evidence(key=f"quarantine:{item_id}")],
            reason={},
            now=received_at,
            by=BY,
        )


def evidence_key(device_id: int, measured_at: datetime, device_reading_id: str) -> str:
    """Names a reading among the evidence of alerts."""
    return f"{device_id}:{measured_at.timestamp():.6f}:{device_reading_id}"


def note_news(patient_ids: Iterable[int], *, at: datetime) -> None:
    """Mark these people's worklist rows as having news, in one statement."""
    with connection.cursor() as cursor:
        # Sorted, so that two posts about the same people never lock each other out.
        cursor.execute(
            "INSERT INTO reports_patientstate (patient_id, news_at, bucket, severity,"
            " days_with_data, sufficient, sparkline)"
            " SELECT id, %s, 'no_data', 3, 0, false, '[]'"
            " FROM unnest(%s::bigint[]) AS id ORDER BY id"
            " ON CONFLICT (patient_id) DO UPDATE SET news_at = EXCLUDED.news_at"
            " WHERE reports_patientstate.news_at < EXCLUDED.news_at",
            [at, sorted(set(patient_ids))],
        )


def _crisis(patient_id: int, rows: list[StoredReading], received_at: datetime) -> None:
    fresh = [r for r in rows if received_at - r.measured_at <= CRISIS_ARRIVES_WITHIN]
    late = [r for r in rows if received_at - r.measured_at > CRISIS_ARRIVES_WITHIN]
    if late:
        _note_late(patient_id, max(r.measured_at for r in late))
    if not fresh:
        return
    highest = max(fresh, key=lambda r: (r.systolic, r.diastolic))
    open_alert(
        patient_id=patient_id,
        kind=AlertKind.CRISIS,
        evidence=[
            Evidence(
                key=evidence_key(r.device_id, r.measured_at, r.device_reading_id),
                measured_at=r.measured_at,
                values=[r.systolic, r.diastolic, *([r.pulse] if r.pulse is not None else [])],
            )
            for r in fresh
        ],
        reason={
            "systolic": highest.systolic,
            "diastolic": highest.diastolic,
            "measured_at": highest.measured_at.isoformat(),
        },
        urgent=_confirmed(patient_id, fresh),
        now=received_at,
        by=BY,
    )


def _confirmed(patient_id: int, fresh: list[StoredReading]) -> bool:
    """Whether two crisis readings lie within 15 minutes of each other."""
    first = min(r.measured_at for r in fresh) - SECOND_WITHIN
    last = max(r.measured_at for r in fresh) + SECOND_WITHIN
    known = AlertEvidence.objects.filter(
        patient_id=patient_id, kind=AlertKind.CRISIS, measured_at__range=(first, last)
    ).values_list("measured_at", flat=True)
    times = sorted({r.measured_at for r in fresh} | {at for at in known if at is not None})
    return any(later - earlier <= SECOND_WITHIN for earlier, later in pairwise(times))


def _note_late(patient_id: int, measured_at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reports_patientstate"
            " SET late_high_at = greatest(coalesce(late_high_at, %s), %s) WHERE patient_id = %s",
            [measured_at, measured_at, patient_id],
        )
