"""What a retracted or moved reading fed is made anew: worklist, alerts, reports.

An alert that rests on a reading which no longer counts is not closed by itself: somebody may have
acted on it. A note says what happened, and a person resolves it.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from devices.stored_rows import Identity
from healthcare.audit.actors import task
from healthcare.patients.models import Patient
from reports import requesting
from reports.models import AlertEvidence, AlertKind, AlertNote, AlertState
from reports.monitoring.watching import evidence_key, note_news

BY = task("reports.revising")
NO_LONGER = "A reading that this alert rests on no longer counts: it was taken back or moved."


def on_readings_retracted(
    sender: object,
    *,
    lost: Sequence[Identity],
    gained: Sequence[Identity],
    at: datetime,
    **_: object,
) -> None:
    """Receiver of `devices.signals.readings_retracted`."""
    times: dict[int, set[datetime]] = defaultdict(set)
    for reading in (*lost, *gained):
        times[reading.patient_id].add(reading.at)
    note_news(times, at=at)
    _note_alerts(lost, at)
    for person in Patient.objects.filter(pk__in=times).order_by("pk"):
        zone = ZoneInfo(person.timezone)
        requesting.request_revised(
            patient=person,
            days={moment.astimezone(zone).date() for moment in times[person.pk]},
            now=at,
            by=BY,
        )


def _note_alerts(lost: Sequence[Identity], at: datetime) -> None:
    keys = {
        (reading.patient_id, evidence_key(reading.device_id, reading.at, reading.device_reading_id))
        for reading in lost
    }
    found = AlertEvidence.objects.filter(
        patient_id__in={person for person, _ in keys},
        kind=AlertKind.CRISIS,
        key__in={key for _, key in keys},
    ).select_related("alert")
    alerts = {row.alert for row in found if (row.patient_id, row.key) in keys}
    for alert in sorted(alerts, key=lambda alert: alert.pk):
        if alert.state != AlertState.RESOLVED:
            AlertNote.objects.create(alert=alert, at=at, state=alert.state, text=NO_LONGER)
