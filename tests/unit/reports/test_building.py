"""A report is built once, by whoever claims it; a lost worker's claim runs out."""

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from pypdf import PdfReader

from devices import registry
from healthcare.audit.actors import command
from healthcare.brakes import pulling
from healthcare.brakes.models import Kind
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients import consenting
from healthcare.patients.access import scope_for
from healthcare.patients.models import Patient, Purpose
from packages.models import Package, Subscription, UsageRecord
from reports import building, queries, requesting
from reports.models import Report, ReportFile, ReportKind, ReportState
from tests.cast import Cast
from tests.measuring import measure_days, sleep_nights

NOW = datetime(2026, 11, 3, 1, 0, tzinfo=UTC)
BY = command("tests")


def take(patient: Patient, code: str) -> None:
    contract = patient.contracts.get()
    Subscription.objects.create(
        patient=patient,
        package=Package.objects.get(code=code),
        operator=contract.operator,
        payer_contract=contract,
        period=DateRange(date(2026, 10, 1), None),
        paid_from=date(2026, 10, 1),
    )


@pytest.fixture
def due(cast: Cast) -> int:
    """A monthly report that is due: its id. Hanako measured all October."""
    with acting_in(Scope.system("test")):
        take(cast.hanako, "premium")
        measure_days(cast.hanako, date(2026, 10, 1), 31)
        sleep_nights(cast.hanako, date(2026, 9, 30), 31)
        requesting.request_due(month="2026-10", now=NOW, by=BY)
        return Report.objects.get(kind=ReportKind.MONTHLY).pk


def report(pk: int) -> Report:
    with acting_in(Scope.system("test")):
        return Report.objects.get(pk=pk)


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_a_built_report_holds_facts_file_and_delivery(due: int, cast: Cast) -> None:
    assert building.build(report_id=due, now=NOW)
    built = report(due)
    assert built.state == ReportState.READY
    assert built.delivered_at == NOW
    assert built.facts["blood_pressure"]["readings"] == 62
    assert built.facts["blood_pressure"]["mean"]["systolic"] == 131
    assert len(built.facts["sleep"]["nights"]) == 31
    with acting_in(scope_for(cast.alice, now=NOW)):
        pdf = queries.report_pdf(report=Report.objects.get(pk=due))
    assert (len(pdf), pdf[:5]) == (built.size, b"%PDF-")
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 2
    assert "佐藤" in text_of(pdf)


def test_building_twice_delivers_once(due: int) -> None:
    assert building.build(report_id=due, now=NOW)
    assert not building.build(report_id=due, now=NOW + timedelta(minutes=5))
    with acting_in(Scope.system("test")):
        assert UsageRecord.objects.filter(key=f"report:{due}").count() == 1


def test_a_claimed_report_is_left_to_its_worker_until_the_lease_ends(due: int) -> None:
    with acting_in(Scope.system("test")):
        assert building._claim(due, NOW)
    assert not building.build(report_id=due, now=NOW + timedelta(seconds=59))
    assert due not in building.waiting(now=NOW + timedelta(seconds=59), limit=10)
    later = NOW + timedelta(seconds=61)
    assert due in building.waiting(now=later, limit=10)
    assert building.build(report_id=due, now=later)


def test_an_error_keeps_the_row_and_names_its_class_only(
    due: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> bytes:
        raise ZeroDivisionError("systolic 131 of Hanako")

    with monkeypatch.context() as patch:
        patch.setattr(building, "render", broken)
        with pytest.raises(ZeroDivisionError):
            building.build(report_id=due, now=NOW)
    failed = report(due)
    assert (failed.state, failed.error, failed.attempts) == ("building", "ZeroDivisionError", 1)
    assert building.build(report_id=due, now=NOW + building.LEASE * 2)
    assert report(due).error == ""


def test_after_five_tries_it_is_failed_and_visible(due: int) -> None:
    at = NOW
    for _ in range(building.MAX_ATTEMPTS):
        with acting_in(Scope.system("test")):
            assert building._claim(due, at)
        at += building.LEASE * 2
    assert due not in building.waiting(now=at, limit=10)
    assert report(due).state == ReportState.FAILED


def test_withdrawn_consent_refuses_what_was_asked_for(due: int, cast: Cast) -> None:
    with acting_in(Scope.system("test")):
        consenting.withdraw(patient=cast.hanako, purposes=[Purpose.HOSPITAL_REPORT], now=NOW, by=BY)
    assert not building.build(report_id=due, now=NOW)
    assert report(due).state == ReportState.REFUSED
    with acting_in(Scope.system("test")):
        assert not ReportFile.objects.exists()


def test_charlie_finds_no_report_of_another_hospital(due: int, cast: Cast) -> None:
    building.build(report_id=due, now=NOW)
    for user, sees in ((cast.alice, 1), (cast.bob, 1), (cast.charlie, 0), (cast.olga, 0)):
        with acting_in(scope_for(user, now=NOW)):
            assert Report.objects.filter(pk=due).count() == sees
            assert ReportFile.objects.filter(pk=due).count() == sees


def test_without_the_entitlement_there_is_no_sleep_on_page_two(cast: Cast) -> None:
    with acting_in(Scope.system("test")):
        take(cast.hanako, "standard")
        measure_days(cast.hanako, date(2026, 10, 1), 31)
        sleep_nights(cast.hanako, date(2026, 9, 30), 31)
        asked = requesting.request_due(month="2026-10", now=NOW, by=BY)
    building.build(report_id=asked.new[0], now=NOW)
    with acting_in(Scope.system("test")):
        text = text_of(queries.report_pdf(report=Report.objects.get()))
    assert "Sleep efficiency" not in text


def test_a_report_about_nothing_measured_says_so(cast: Cast) -> None:
    with acting_in(Scope.system("test")):
        take(cast.hanako, "standard")
        asked = requesting.request_due(month="2026-10", now=NOW, by=BY)
    assert building.build(report_id=asked.new[0], now=NOW)


def test_a_person_without_a_birth_date_gets_a_report(due: int, cast: Cast) -> None:
    with acting_in(Scope.system("test")):
        Patient.objects.filter(pk=cast.hanako.pk).update(birth_date=None)
    assert building.build(report_id=due, now=NOW)


def test_the_database_refuses_ready_without_a_file(due: int) -> None:
    with acting_in(Scope.system("test")), pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=due).update(state=ReportState.READY)


def test_the_commands_ask_build_and_export(cast: Cast, tmp_path) -> None:
    with acting_in(Scope.system("test")):
        take(cast.hanako, "standard")
        measure_days(cast.hanako, date(2026, 10, 1), 31)
    out = io.StringIO()
    call_command("build_reports", "--month", "2026-10", "--here", "--json", stdout=out)
    assert out.getvalue() == '{"requested": 1, "existing": 0, "not_yet_due": 0}\n'
    call_command("export_reports", "--month", "2026-10", "--to", str(tmp_path), stdout=out)
    assert [path.suffix for path in tmp_path.iterdir()] == [".pdf"]


@pytest.mark.parametrize(("model", "said"), [("", False), ("Cuff 7", True)])
def test_a_device_is_named_only_when_it_has_a_name(
    model: str, said: bool, due: int, cast: Cast
) -> None:
    with acting_in(Scope.system("test")):
        at = datetime(2026, 10, 1, tzinfo=UTC)
        registry.register(
            kind="blood_pressure",
            serial="C7",
            patient=cast.hanako,
            handed_over_at=at,
            model=model,
            now=NOW,
            by=BY,
        )
    building.build(report_id=due, now=NOW)
    with acting_in(Scope.system("test")):
        pdf = bytes(ReportFile.objects.get(report_id=due).pdf)
    assert ("Devices:" in text_of(pdf)) is said


def test_a_pulled_brake_lets_the_report_wait_and_nothing_is_lost(due: int) -> None:
    pulling.pull(kind=Kind.DELIVERIES, of="inbox", reason="wrong scheme", now=NOW, by=BY)
    assert building.waiting(now=NOW, limit=10) == []
    assert not building.build(report_id=due, now=NOW)
    assert (report(due).state, report(due).attempts) == (ReportState.REQUESTED, 0)
    pulling.release(kind=Kind.DELIVERIES, of="inbox", now=NOW, by=BY)
    assert due in building.waiting(now=NOW, limit=10)
    assert building.build(report_id=due, now=NOW)
    assert report(due).delivered_at == NOW


def test_a_brake_pulled_while_a_report_is_drawn_keeps_it_from_the_inbox(
    due: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = building.render

    def slowly(*args: Any, **kwargs: Any) -> bytes:
        pulling.pull(kind=Kind.DELIVERIES, of="inbox", reason="wrong scheme", now=NOW, by=BY)
        return drawn(*args, **kwargs)

    monkeypatch.setattr(building, "render", slowly)
    assert not building.build(report_id=due, now=NOW)
    assert (report(due).state, report(due).attempts) == (ReportState.REQUESTED, 0)
    assert report(due).delivered_at is None
    with acting_in(Scope.system("test")):
        assert not ReportFile.objects.exists()
        assert not UsageRecord.objects.exists()
