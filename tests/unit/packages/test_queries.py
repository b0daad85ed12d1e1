"""What other rooms ask: entitlements above all."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from healthcare.hospitals.scope import ScopeMissing
from healthcare.patients.models import Patient
from healthcare.subscribers.models import Operator
from packages import billing, queries, subscribing
from packages.queries import Entitlements
from tests.unit.packages.conftest import BY, NOW, at_noon

OCTOBER = date(2026, 10, 1)
FREE = Entitlements(
    package=None,
    name="Free",
    name_ja="フリー",
    reading_kinds=("blood_pressure", "sleep"),
    history_days=62,
    report_cadence="none",
    hospital_sharing=False,
    sleep_analysis=False,
    included_reports=0,
)


def take(patient: Patient, package: str) -> None:
    subscribing.subscribe(patient=patient, package=package, on=OCTOBER, now=at_noon(OCTOBER), by=BY)


def test_entitlements_follow_the_package_of_the_day(person: Patient) -> None:
    take(person, "premium")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = queries.entitlements(patient_id=person.pk, on=OCTOBER)
    assert len(asked) == 1
    assert found == Entitlements(
        package="premium",
        name="Premium",
        name_ja="プレミアム",
        reading_kinds=("blood_pressure", "sleep"),
        history_days=None,
        report_cadence="weekly",
        hospital_sharing=True,
        sleep_analysis=True,
        included_reports=6,
    )


def test_without_a_subscription_the_default_package_opens(person: Patient) -> None:
    assert queries.entitlements(patient_id=person.pk, on=OCTOBER) == FREE
    take(person, "premium")
    assert queries.entitlements(patient_id=person.pk, on=date(2026, 9, 30)) == FREE


def test_many_people_cost_two_queries(new_member: Callable[[], Patient]) -> None:
    people = [new_member() for _ in range(5)]
    take(people[0], "standard")
    take(people[1], "free")
    with CaptureQueriesContext(connection) as asked:
        found = queries.entitlements_of([patient.pk for patient in people], OCTOBER)
    assert len(asked) == 2
    assert found == {
        patient.pk: queries.entitlements(patient_id=patient.pk, on=OCTOBER) for patient in people
    }
    assert [found[patient.pk].package for patient in people] == [
        "standard",
        "free",
        None,
        None,
        None,
    ]


def test_entitlements_need_a_scope(db: None) -> None:
    with pytest.raises(ScopeMissing):
        queries.entitlements(patient_id=1, on=OCTOBER)


def test_members_see_issued_invoices_only(person: Patient, demo: Operator) -> None:
    take(person, "standard")
    drafted = billing.draft(month=OCTOBER, operator=demo, as_of=NOW, by=BY)
    assert not queries.invoices(person.pk)
    billing.commit(run=drafted.run, as_of=NOW, by=BY)
    (invoice,) = queries.invoices(person.pk)
    assert invoice.total == 330
    assert [run.total for run in queries.billing_runs(demo.pk)] == [330]
