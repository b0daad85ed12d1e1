"""What a retracted or moved reading fed is made anew: worklist, alerts, reports.

An alert that rests on a reading which no longer counts is not closed by itself: somebody may have
acted on it. A note says what happened, and a person resolves it.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_noop

from devices import queries as readings
from devices.stored_rows import Identity
from healthcare.audit.actors import task
from healthcare.patients.models import Patient
from reports import requesting
from reports.analysis.warning_signs import PREVIOUS_DAYS, RECENT_DAYS, is_worsening
from reports.models import Alert, AlertEvidence, AlertKind, AlertNote, AlertState, PatientState
from reports.monitoring.evidence import evidence_key, key_of, known_around, untold
from reports.monitoring.trends import Sent
from reports.monitoring.watching import note_news

BY = task("reports.revising")
NO_LONGER = gettext_noop(
    "A reading that this alert rests on no longer counts: it was taken back or moved."
)
AGAIN = gettext_noop("A reading that this alert rests on counts again.")


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
    pressures = [reading for reading in lost if reading.kind == "blood_pressure"]
    _note_alerts(pressures, NO_LONGER, at)
    _note_alerts([one for one in gained if one.kind == "blood_pressure"], AGAIN, at)
    gone: dict[int, set[datetime]] = defaultdict(set)
    for reading in pressures:
        gone[reading.patient_id].add(reading.at)
    for person in Patient.objects.filter(pk__in=times).order_by("pk"):
        if person.pk in gone:
            _note_trend(person, gone[person.pk], at)
            _take_back_late_high(person.pk, gone[person.pk])
        zone = ZoneInfo(person.timezone)
        requesting.request_revised(
            patient=person,
            days={moment.astimezone(zone).date() for moment in times[person.pk]},
            now=at,
            by=BY,
        )


def _note_alerts(told_of: Sequence[Identity], text: str, at: datetime) -> None:
    """Say so on the alerts that one of these readings opened."""
    keys = {
        (reading.patient_id, evidence_key(reading.device_id, reading.at, reading.device_reading_id))
        for reading in told_of
    }
    found = AlertEvidence.objects.filter(
        patient_id__in={person for person, _ in keys},
        kind__in=[AlertKind.CRISIS, AlertKind.LOW],
        key__in={key for _, key in keys},
    ).select_related("alert")
    alerts = {row.alert for row in found if (row.patient_id, row.key) in keys}
    for alert in sorted(alerts, key=lambda alert: alert.pk):
        _note(alert, text, at)


def _note_trend(patient: Patient, lost: Collection[datetime], at: datetime) -> None:
    """Say so on a worsening that is none without the readings of these times."""
    alert = (
        Alert.objects.filter(patient=patient, kind=AlertKind.WORSENING)
        .exclude(state=AlertState.RESOLVED)
        .first()
    )
    if alert is None or "until" not in alert.reason:
        return
    if alert.notes.filter(text=NO_LONGER, at__gte=alert.changed_at).exists():
        return  # said already
    until = date.fromisoformat(str(alert.reason["until"]))
    zone = ZoneInfo(patient.timezone)
    weeks = timedelta(days=PREVIOUS_DAYS + RECENT_DAYS)
    rested = any(
        until - weeks <= moment.astimezone(zone).date() <= until + timedelta(days=1)
        for moment in lost
    )
    if rested and not is_worsening(Sent.of(patient, until=until).change()):
        _note(alert, NO_LONGER, at)


def _note(alert: Alert, text: str, at: datetime) -> None:
    if alert.state != AlertState.RESOLVED:
        AlertNote.objects.create(alert=alert, at=at, state=alert.state, text=text)


def _take_back_late_high(patient_id: int, lost: Collection[datetime]) -> None:
    """Where "late, high" tells of a reading that no longer counts, let it tell of the latest one
    before that still does and opened no alert; of none, say nothing."""
    # Locked before the readings are read: one that is being stored meanwhile is seen or waits.
    state = PatientState.objects.select_for_update(of=("self",)).filter(pk=patient_id).first()
    if state is None or state.late_high_at is None or state.late_high_at not in lost:
        return
    high = readings.crises(patient_id=patient_id, until=state.late_high_at)
    told = known_around(patient_id, AlertKind.CRISIS, high) if high else []
    named = {key_of(row) for row in told}
    late = [row.measured_at for row in untold(told, high) if key_of(row) not in named]
    state.late_high_at = max(late, default=None)
    state.save(update_fields=["late_high_at"])
