"""Alerts: opened with the reading, never twice for one evidence, dealt with by the right people."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from devices.kinds.blood_pressure.limits import is_crisis
from devices.queries import StoredReading
from healthcare.audit.models import AuditRecord
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.access import scope_for
from healthcare.patients.models import Patient
from reports.models import Alert, AlertKind, AlertState, Bucket, News, PatientState
from reports.monitoring import alerts, reasons, state, watching
from tests.cast import Cast

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def reading(
    patient: Patient, at: datetime, systolic: int, diastolic: int, *, device_id: int = 7
) -> StoredReading:
    return StoredReading(
        patient_id=patient.pk,
        measured_at=at,
        device_id=device_id,
        device_reading_id="",
        systolic=systolic,
        diastolic=diastolic,
        pulse=70,
        mean_arterial=None,
        flags=frozenset(),
        utc_offset=540,
    )


def arrive(*rows: StoredReading, at: datetime = NOW) -> None:
    watching.on_readings_stored(
        None,
        patient_ids=sorted({row.patient_id for row in rows}),
        crises=[row for row in rows if is_crisis(systolic=row.systolic, diastolic=row.diastolic)],
        received_at=at,
    )


@pytest.mark.parametrize(
    ("systolic", "diastolic", "opened"),
    [(180, 100, 1), (179, 119, 0), (150, 120, 1), (220, 130, 1), (120, 80, 0)],
)
def test_a_crisis_opens_with_the_first_reading(
    system: Scope, hanako: Patient, systolic: int, diastolic: int, opened: int
) -> None:
    arrive(reading(hanako, NOW, systolic, diastolic))
    assert Alert.objects.filter(patient=hanako, kind=AlertKind.CRISIS).count() == opened


def test_it_becomes_urgent_with_a_second_within_15_minutes(system: Scope, hanako: Patient) -> None:
    arrive(reading(hanako, NOW - timedelta(minutes=15), 185, 100))
    assert not Alert.objects.get().urgent
    arrive(reading(hanako, NOW, 182, 100))
    alert = Alert.objects.get()
    assert alert.urgent
    assert alert.evidence.count() == 2


def test_a_second_after_16_minutes_joins_without_urgency(system: Scope, hanako: Patient) -> None:
    arrive(reading(hanako, NOW - timedelta(minutes=16), 185, 100))
    arrive(reading(hanako, NOW, 182, 100))
    assert not Alert.objects.get().urgent


def test_yesterdays_reading_rings_nobody_and_shows_as_late(system: Scope, hanako: Patient) -> None:
    late = NOW - timedelta(hours=25)
    arrive(reading(hanako, late, 200, 125))
    assert not Alert.objects.exists()
    assert PatientState.objects.get(patient=hanako).late_high_at == late


def test_the_same_crisis_by_another_road_is_no_second_one(system: Scope, hanako: Patient) -> None:
    arrive(reading(hanako, NOW, 185, 100))
    arrive(reading(hanako, NOW - timedelta(seconds=40), 185, 100, device_id=3))
    alert = Alert.objects.get()
    assert not alert.urgent
    assert alert.evidence.count() == 1
    # In one body, too.
    later = NOW + timedelta(minutes=20)
    arrive(
        reading(hanako, later, 190, 105), reading(hanako, later, 190, 105, device_id=3), at=later
    )
    assert not Alert.objects.get().urgent
    # Other values are another reading.
    arrive(reading(hanako, later, 191, 105, device_id=5), at=later)
    assert Alert.objects.get().urgent


def test_another_road_does_not_re_open_what_was_resolved(
    system: Scope, hanako: Patient, alice
) -> None:
    arrive(reading(hanako, NOW, 190, 110))
    alerts.resolve(alert_id=Alert.objects.get().pk, note="called, took tablets", now=NOW, by=alice)
    arrive(reading(hanako, NOW + timedelta(seconds=60), 190, 110, device_id=3))
    assert Alert.objects.get().state == AlertState.RESOLVED


def test_an_archive_rings_nobody_however_fresh(system: Scope, hanako: Patient) -> None:
    watching.on_readings_stored(
        None,
        patient_ids=[hanako.pk],
        crises=[reading(hanako, NOW, 200, 125)],
        received_at=NOW,
        archived=True,
    )
    assert not Alert.objects.exists()
    assert PatientState.objects.get(patient=hanako).late_high_at == NOW


def test_the_same_evidence_never_alerts_again(system: Scope, hanako: Patient, alice) -> None:
    row = reading(hanako, NOW, 190, 110)
    arrive(row)
    alerts.resolve(alert_id=Alert.objects.get().pk, note="called, took tablets", now=NOW, by=alice)
    arrive(row)
    assert Alert.objects.get().state == AlertState.RESOLVED


def test_new_evidence_reopens_what_was_acknowledged(system: Scope, hanako: Patient, alice) -> None:
    arrive(reading(hanako, NOW - timedelta(hours=2), 190, 110))
    alerts.acknowledge(alert_id=Alert.objects.get().pk, now=NOW, by=alice)
    arrive(reading(hanako, NOW, 195, 110))
    assert Alert.objects.get().state == AlertState.OPEN


def test_after_resolving_new_evidence_opens_a_new_alert(
    system: Scope, hanako: Patient, alice
) -> None:
    arrive(reading(hanako, NOW - timedelta(hours=2), 190, 110))
    alerts.resolve(alert_id=Alert.objects.get().pk, note="spoke with her", now=NOW, by=alice)
    arrive(reading(hanako, NOW, 195, 110))
    assert sorted(Alert.objects.values_list("state", flat=True)) == ["open", "resolved"]


def test_the_bucket_follows_at_once(system: Scope, hanako: Patient, alice) -> None:
    arrive(reading(hanako, NOW, 190, 110))
    assert PatientState.objects.get(patient=hanako).bucket == Bucket.URGENT
    alerts.resolve(alert_id=Alert.objects.get().pk, note="fine again", now=NOW, by=alice)
    assert PatientState.objects.get(patient=hanako).bucket == Bucket.NO_DATA


def test_a_snoozed_alert_needs_a_time_ahead(system: Scope, hanako: Patient, alice) -> None:
    arrive(reading(hanako, NOW, 190, 110))
    alert = Alert.objects.get()
    with pytest.raises(ValueError, match="future"):
        alerts.snooze(alert_id=alert.pk, until=NOW, now=NOW, by=alice)
    alerts.snooze(alert_id=alert.pk, until=NOW + timedelta(hours=1), now=NOW, by=alice)
    assert PatientState.objects.get(patient=hanako).bucket == Bucket.NO_DATA


def test_resolving_takes_words_and_happens_once(system: Scope, hanako: Patient, alice) -> None:
    arrive(reading(hanako, NOW, 190, 110))
    alert = Alert.objects.get()
    with pytest.raises(ValueError, match="few words"):
        alerts.resolve(alert_id=alert.pk, note="  ", now=NOW, by=alice)
    alerts.resolve(alert_id=alert.pk, note="called", now=NOW, by=alice)
    with pytest.raises(alerts.AlertIsResolved):
        alerts.acknowledge(alert_id=alert.pk, now=NOW, by=alice)


def test_alice_and_bob_may_charlie_may_not(hanako: Patient, cast: Cast) -> None:
    with acting_in(Scope.system("test")):
        arrive(reading(hanako, NOW, 190, 110))
        alert_id = Alert.objects.get().pk
    with acting_in(scope_for(cast.charlie, now=NOW)), pytest.raises(Alert.DoesNotExist):
        alerts.acknowledge(alert_id=alert_id, now=NOW, by=cast.charlie)
    for clinician in (cast.alice, cast.bob):
        with acting_in(scope_for(clinician, now=NOW)):
            alerts.acknowledge(alert_id=alert_id, note="on it", now=NOW, by=clinician)
    with acting_in(Scope.system("test")):
        notes = Alert.objects.get().notes.values_list("author__username", flat=True)
        assert list(notes) == ["alice", "bob"]
        actions = AuditRecord.objects.filter(subject_type="alert").values_list("action", flat=True)
        assert sorted(actions) == [
            "reports.alert_acknowledged",
            "reports.alert_acknowledged",
            "reports.alert_opened",
        ]


def test_the_reason_is_a_sentence_in_the_patients_time(system: Scope, hanako: Patient) -> None:
    arrive(reading(hanako, NOW, 190, 110), reading(hanako, NOW - timedelta(minutes=3), 184, 100))
    words = reasons.words(Alert.objects.get(), timezone="Asia/Tokyo")
    assert "190/110 mmHg on 2026-11-20 17:00" in words
    assert "within 15 minutes" in words


def test_suspect_values_ask_to_check_with_the_person(system: Scope, hanako: Patient) -> None:
    watching.on_readings_suspect(None, patient_ids=[hanako.pk], item_ids=[41], received_at=NOW)
    watching.on_readings_suspect(None, patient_ids=[hanako.pk], item_ids=[41], received_at=NOW)
    alert = Alert.objects.get()
    assert alert.kind == AlertKind.SUSPECT
    assert alert.evidence.count() == 1


def test_the_database_keeps_one_standing_alert_of_a_kind(system: Scope, hanako: Patient) -> None:
    arrive(reading(hanako, NOW, 190, 110))
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.create(patient=hanako, kind=AlertKind.CRISIS, opened_at=NOW, changed_at=NOW)


def test_news_never_goes_back_in_time(system: Scope, hanako: Patient) -> None:
    watching.note_news([hanako.pk, hanako.pk], at=NOW)
    state.take_news(now=NOW)
    watching.note_news([hanako.pk], at=NOW - timedelta(hours=1))
    state.take_news(now=NOW - timedelta(hours=1))
    assert not News.objects.exists()
    assert PatientState.objects.get(patient=hanako).news_at == NOW
