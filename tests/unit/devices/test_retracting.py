"""What people say of stored readings afterwards; the readings themselves stay as they were."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from devices import queries, registry, retracting
from devices.kinds.blood_pressure.payload import BloodPressureItem, reading
from devices.models import BloodPressureReading, ReadingRetraction
from devices.retracting import RetractionRefused
from devices.stored_rows import Identity
from healthcare.accounts.models import User
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.access import scope_for
from healthcare.patients.models import Patient, Purpose
from reports import requesting
from reports.models import Alert, AlertNote, PatientState, Report, ReportState
from reports.monitoring.state import take_news
from tests.cast import Cast
from tests.factories import ConsentFactory
from tests.looking import audit_records, everybody
from tests.measuring import measure, sleep_nights
from tests.unit.devices.conftest import BY, HANDED_OVER, Handed, Post, item

AT = datetime.fromisoformat("2026-11-02T07:00:00+09:00")
WHY = "it was the spouse's"


@pytest.fixture
def stored(cast: Cast, cuff: Handed, post: Post) -> Identity:
    """One reading of hanako's."""
    assert post(cuff.token, said()).status_code == 201
    return Identity(cast.hanako.pk, "blood_pressure", AT, cuff.device.pk, "7")


def said(**fields: Any) -> dict[str, Any]:
    return item(measured_at=AT.isoformat(), id=7, position="sitting", **fields)


def shown(patient: Patient) -> list[tuple[int, str]]:
    with everybody():
        rows = queries.blood_pressure(patient_id=patient.pk, start=HANDED_OVER, end=timezone.now())
        many = queries.columns([patient.pk], HANDED_OVER, timezone.now())
        assert list(many.systolic) == [row.systolic for row in rows]
        last = queries.last_reading_at([patient.pk])
        assert last.get(patient.pk) == max((row.measured_at for row in rows), default=None)
        return [(row.systolic, row.device_reading_id) for row in rows]


def withdraw(reading: Identity, reason: str = WHY) -> None:
    with everybody():
        retracting.withdraw(reading=reading, reason=reason, now=timezone.now(), by=BY)


def move(reading: Identity, to: Patient) -> int:
    with everybody():
        return retracting.move(readings=[reading], to=to.pk, reason=WHY, now=timezone.now(), by=BY)


def test_what_is_withdrawn_counts_nowhere_and_is_kept(cast: Cast, stored: Identity) -> None:
    assert shown(cast.hanako) == [(128, "7")]
    withdraw(stored)
    assert shown(cast.hanako) == []
    with everybody():
        assert BloodPressureReading.objects.get().systolic == 128
        (row,) = ReadingRetraction.objects.all()
        take_news(now=timezone.now())
        state = PatientState.objects.get(patient=cast.hanako)
    assert (row.cause, row.reason, row.retracted_by) == ("withdrawn", WHY, str(BY))
    assert state.news_at >= row.retracted_at
    (record,) = audit_records(action="devices.readings_withdrawn")
    assert record.patient_id == cast.hanako.pk
    assert record.details["reason"] == WHY


def test_a_retraction_is_refused_twice_without_reason_and_of_nothing(
    cast: Cast, stored: Identity
) -> None:
    with pytest.raises(RetractionRefused, match="few words"):
        withdraw(stored, " ")
    with pytest.raises(RetractionRefused, match="no such reading"):
        withdraw(Identity(cast.taro.pk, *stored_rest(stored)))
    withdraw(stored)
    with pytest.raises(RetractionRefused, match="already"):
        withdraw(stored)
    with pytest.raises(RetractionRefused, match="already"):
        move(stored, cast.taro)
    assert len(audit_records(action="devices.readings_withdrawn")) == 1


def stored_rest(reading: Identity) -> tuple[str, datetime, int, str]:
    return reading.kind, reading.at, reading.device_id, reading.device_reading_id


def test_a_move_brings_the_whole_row_and_a_second_post_makes_no_double(
    cast: Cast, stored: Identity, cuff: Handed, post: Post
) -> None:
    assert move(stored, cast.taro) == 1
    assert (shown(cast.hanako), shown(cast.taro)) == ([], [(128, "7")])
    with everybody():
        before, after = BloodPressureReading.objects.order_by("patient_id")
        assert {before.patient_id, after.patient_id} == {cast.hanako.pk, cast.taro.pk}
        for field in ("systolic", "pulse", "utc_offset", "original", "received_at", "user_slot"):
            assert getattr(before, field) == getattr(after, field)
        assert after.original == {
            "systolic": 128,
            "diastolic": 82,
            "pulse": 64,
            "unit": "mmHg",
            "position": "sitting",
        }
        take_news(now=timezone.now())
        states = {s.patient_id for s in PatientState.objects.all()}
    assert states == {cast.hanako.pk, cast.taro.pk}
    for _ in range(2):
        assert post(cuff.token, said()).json()["results"][0]["status"] == "duplicate"
    assert post(cuff.token, said(systolic=140)).json()["results"][0]["status"] == "conflict"
    assert (shown(cast.hanako), shown(cast.taro)) == ([], [(128, "7")])


def test_who_holds_the_device_now_does_not_double_what_was_moved(
    cast: Cast, stored: Identity, cuff: Handed, post: Post
) -> None:
    """The device had two holders, so that ingest looks for the identity at each of them."""
    move(stored, cast.taro)
    with everybody():
        ConsentFactory(patient=cast.taro, purpose=Purpose.CARE)
        registry.hand_over(
            serial=cuff.serial,
            patient=cast.taro,
            at=AT + timedelta(days=1),
            now=timezone.now(),
            by=BY,
        )
    assert post(cuff.token, said()).json()["results"][0]["status"] == "duplicate"
    assert (shown(cast.hanako), shown(cast.taro)) == ([], [(128, "7")])


def test_a_move_back_makes_the_first_row_count_again(cast: Cast, stored: Identity) -> None:
    move(stored, cast.taro)
    back = Identity(cast.taro.pk, *stored_rest(stored))
    move(back, cast.hanako)
    assert (shown(cast.hanako), shown(cast.taro)) == ([(128, "7")], [])
    move(stored, cast.taro)
    assert (shown(cast.hanako), shown(cast.taro)) == ([], [(128, "7")])
    with everybody():
        assert ReadingRetraction.objects.filter(restored_at=None).count() == 1
        assert ReadingRetraction.objects.count() == 3


def test_a_correction_takes_the_place_of_the_reading(cast: Cast, stored: Identity) -> None:
    told = BloodPressureItem(measured_at=AT, systolic=138, diastolic=82, id=7)
    with everybody():
        new = retracting.correct(
            reading=stored, says=reading(told), reason="read again", now=timezone.now(), by=BY
        )
    assert new.device_reading_id == "7~2"
    assert shown(cast.hanako) == [(138, "7~2")]
    later = BloodPressureItem(measured_at=AT + timedelta(hours=1), systolic=138, diastolic=82, id=7)
    with everybody():
        retracting.correct(
            reading=new, says=reading(later), reason="the clock", now=timezone.now(), by=BY
        )
    assert shown(cast.hanako) == [(138, "7")]


def test_a_correction_must_be_possible(cast: Cast, stored: Identity) -> None:
    told = BloodPressureItem(measured_at=AT, systolic=38, diastolic=32)
    with everybody(), pytest.raises(RetractionRefused, match="systolic 38"):
        retracting.correct(
            reading=stored, says=reading(told), reason="read again", now=timezone.now(), by=BY
        )
    assert shown(cast.hanako) == [(128, "7")]


def test_nights_are_retracted_too(cast: Cast) -> None:
    with everybody():
        sleep_nights(cast.hanako, date(2026, 11, 1), 2)
        begun = datetime.fromisoformat("2026-11-01T23:00:00+09:00")
        (device,) = {n.device_id for n in nights(cast.hanako)}
        retracting.withdraw(
            reading=Identity(cast.hanako.pk, "sleep", begun, device),
            reason="the cat lay on it",
            now=timezone.now(),
            by=BY,
        )
        assert [n.date for n in nights(cast.hanako)] == [date(2026, 11, 3)]


def nights(patient: Patient) -> list[queries.StoredNight]:
    return queries.nights(
        patient_id=patient.pk,
        start=date(2026, 11, 1),
        end=date(2026, 11, 9),
        timezone="Asia/Tokyo",
    )


def test_the_api_marks_what_does_not_count(
    cast: Cast, stored: Identity, client: Client, alice: User
) -> None:
    client.force_login(alice)
    address = f"/api/v1/patients/{cast.hanako.pk}/readings"
    assert [row["retracted"] for row in client.get(address).json()["results"]] == [None]
    withdraw(stored)
    assert [row["retracted"] for row in client.get(address).json()["results"]] == ["withdrawn"]


def test_a_crisis_that_was_moved_is_told_of_and_rings_for_the_right_one(
    cast: Cast, cuff: Handed, post: Post
) -> None:
    high = item(systolic=190, diastolic=100)
    post(cuff.token, high)
    at = datetime.fromisoformat(high["measured_at"])
    move(Identity(cast.hanako.pk, "blood_pressure", at, cuff.device.pk), cast.taro)
    with everybody():
        assert {alert.patient_id for alert in Alert.objects.all()} == {
            cast.hanako.pk,
            cast.taro.pk,
        }
        notes = AlertNote.objects.filter(alert__patient=cast.hanako, text__contains="no longer")
        assert notes.count() == 1
    # It is nobody's second crisis any more.
    answer = post(cuff.token, item(systolic=185, diastolic=99, id="next"))
    assert answer.json()["results"][0]["advice"] == "measure_again"


def test_reports_that_rest_on_it_are_made_anew(cast: Cast) -> None:
    with everybody():
        measure(cast.hanako, [(AT, 128, 82)])
        (row,) = BloodPressureReading.objects.all()
        for state, start, end in (
            (ReportState.READY, date(2026, 11, 1), date(2026, 12, 1)),
            (ReportState.READY, date(2026, 10, 1), date(2026, 11, 2)),
            (ReportState.REQUESTED, date(2026, 11, 2), date(2026, 11, 9)),
        ):
            report = requesting.request(
                patient=cast.hanako,
                hospital=cast.kita,
                start=start,
                end=end,
                now=timezone.now(),
                by=BY,
            )
            Report.objects.filter(pk=report.pk).update(
                state=state, built_at=timezone.now(), sha256="x"
            )
        withdraw(Identity(cast.hanako.pk, "blood_pressure", AT, row.device_id))
        anew = Report.objects.filter(version=2)
        assert [(r.start, r.state) for r in anew] == [(date(2026, 11, 1), ReportState.REQUESTED)]


def test_a_hospital_retracts_for_its_own_patients_only(cast: Cast, stored: Identity) -> None:
    now = timezone.now()
    for scope in (
        scope_for(cast.charlie, now=now),
        Scope.people(frozenset([cast.taro.pk])),
        scope_for(cast.olga, now=now),
    ):
        with acting_in(scope), pytest.raises(RetractionRefused):
            retracting.withdraw(reading=stored, reason=WHY, now=now, by=BY)
    with acting_in(scope_for(cast.alice, now=now)):
        retracting.withdraw(reading=stored, reason=WHY, now=now, by=cast.alice.actor)
    with acting_in(scope_for(cast.charlie, now=now)):
        assert not ReadingRetraction.objects.exists()
    assert shown(cast.hanako) == []


def test_the_database_keeps_foreign_retractions_out_by_itself(cast: Cast, stored: Identity) -> None:
    withdraw(stored)
    with acting_in(Scope.people(frozenset([cast.taro.pk]))):
        assert ReadingRetraction._base_manager.count() == 0
        with pytest.raises(DatabaseError), transaction.atomic():
            ReadingRetraction._base_manager.create(
                patient_id=cast.hanako.pk,
                kind="blood_pressure",
                measured_at=AT,
                device_id=stored.device_id,
                cause="withdrawn",
                reason="x",
                retracted_at=AT,
                retracted_by="x",
            )
    with acting_in(Scope.ingest()), pytest.raises(DatabaseError), transaction.atomic():
        ReadingRetraction._base_manager.count()


def test_the_family_does_not_see_what_was_withdrawn(cast: Cast, stored: Identity) -> None:
    withdraw(stored)
    with acting_in(Scope.family(cast.wataru.pk, now=timezone.now())):
        assert (
            queries.blood_pressure(patient_id=cast.hanako.pk, start=HANDED_OVER, end=timezone.now())
            == []
        )


def test_what_follows_stands_or_falls_with_the_retraction(
    cast: Cast, stored: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(requesting, "request_revised", fail)
    with pytest.raises(RuntimeError):
        move(stored, cast.taro)
    assert (shown(cast.hanako), shown(cast.taro)) == ([(128, "7")], [])
    assert audit_records(action="devices.readings_moved") == []
