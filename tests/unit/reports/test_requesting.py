"""Which reports are due: by consent, by care, by the package's cadence, and only once."""

from datetime import UTC, date, datetime

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from hypothesis import given
from hypothesis import strategies as st

from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope
from healthcare.patients import caring, consenting
from healthcare.patients.models import Patient, Purpose
from packages.models import Package, Subscription
from reports import requesting
from reports.models import Report, ReportKind
from tests.cast import Cast

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


def due(month: str = "2026-10", **choice: int) -> requesting.Requested:
    return requesting.request_due(month=month, now=NOW, by=BY, **choice)


@pytest.mark.parametrize(
    ("package", "kinds"),
    [
        ("free", []),
        ("standard", ["monthly"]),
        # October 2026 has four weeks that end in it: on the 5th, 12th, 19th and 26th.
        ("premium", ["monthly", "weekly", "weekly", "weekly", "weekly"]),
    ],
)
def test_the_package_sets_the_cadence(
    system: Scope, hanako: Patient, package: str, kinds: list[str]
) -> None:
    take(hanako, package)
    assert len(due().new) == len(kinds)
    found = Report.objects.filter(patient=hanako).values_list("kind", flat=True)
    assert sorted(found) == kinds


def test_asking_twice_changes_nothing(system: Scope, hanako: Patient) -> None:
    take(hanako, "premium")
    first, second = due(), due()
    assert (len(first.new), first.existing) == (5, 0)
    assert (len(second.new), second.existing) == (0, 5)


def test_nobody_without_consent_is_reported_on(system: Scope, cast: Cast) -> None:
    take(cast.taro, "premium")
    assert due().new == []
    consenting.give(patient=cast.taro, purposes=[Purpose.CARE], since=NOW, now=NOW, by=BY)
    assert due().new == []  # care alone is no consent to reports


def test_a_report_goes_to_every_hospital_that_cares(system: Scope, cast: Cast) -> None:
    take(cast.hanako, "standard")
    caring.begin(patient=cast.hanako, hospital=cast.minami, since=NOW, now=NOW, by=BY)
    due()
    hospitals = Report.objects.values_list("hospital__code", flat=True)
    assert sorted(hospitals) == ["kita", "minami"]


def test_a_report_is_due_when_its_last_day_is_over(system: Scope, cast: Cast) -> None:
    take(cast.hanako, "premium")
    # On 3 November one week has ended that month, on Monday the 2nd; four weeks and November run.
    running = due("2026-11")
    assert (len(running.new), running.early) == (1, 5)
    assert Report.objects.get().end == date(2026, 11, 2)
    assert due("2026-12").new == []


def test_a_day_is_over_by_the_patients_clock(system: Scope, cast: Cast) -> None:
    take(cast.hanako, "standard")
    for hour, asked in ((14, 0), (15, 1)):  # midnight in Tokyo is 15:00 UTC
        now = datetime(2026, 10, 31, hour, tzinfo=UTC)
        assert len(requesting.request_due(month="2026-10", now=now, by=BY).new) == asked


def test_one_patient_can_be_chosen(system: Scope, cast: Cast) -> None:
    take(cast.hanako, "standard")
    assert due(patient_id=cast.taro.pk).new == []
    assert len(due(patient_id=cast.hanako.pk).new) == 1


def test_a_clinicians_wish_makes_a_new_version(system: Scope, cast: Cast) -> None:
    wish = {
        "patient": cast.hanako,
        "hospital": cast.kita,
        "start": date(2026, 10, 1),
        "end": date(2026, 11, 1),
        "now": NOW,
        "by": cast.alice.actor,
    }
    versions = [requesting.request(**wish).version for _ in range(3)]
    assert versions == [1, 2, 3]


def test_a_wish_is_refused_without_consent_or_care(system: Scope, cast: Cast) -> None:
    period = {"start": date(2026, 10, 1), "end": date(2026, 11, 1), "now": NOW, "by": BY}
    with pytest.raises(requesting.ReportRefused, match="not agreed"):
        requesting.request(patient=cast.taro, hospital=cast.kita, **period)
    with pytest.raises(requesting.ReportRefused, match="does not care"):
        requesting.request(patient=cast.hanako, hospital=cast.minami, **period)


@pytest.mark.parametrize("text", ["2026-13", "2026", "last", "", "2026-1-1"])
def test_a_text_that_is_no_month_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="no month"):
        requesting.month_of(text)


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 12, 31)))
def test_every_week_is_due_in_exactly_one_month(day: date) -> None:
    first, last = requesting.month_of(f"{day:%Y-%m}")
    weeks = [p for p in requesting.periods("weekly", first, last) if p[0] == ReportKind.WEEKLY]
    assert len(weeks) in (4, 5)
    for _, start, end in weeks:
        assert start.weekday() == 0
        assert (end - start).days == 7
        assert first < end <= last
