"""What the database refuses, whoever asks."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from healthcare.patients.models import Patient
from healthcare.subscribers.models import Operator
from packages import billing, subscribing
from packages.features import validate_features
from packages.models import (
    BillingPolicy,
    BillingRun,
    Invoice,
    Issuer,
    Package,
    PackageVersion,
    Price,
    Subscription,
    SubscriptionEvent,
)
from tests.unit.packages.conftest import BY, NOW, at_noon

OCTOBER = date(2026, 10, 1)


def refused(constraint: str, write: Callable[[], Any]) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        write()


@pytest.fixture
def invoice(person: Patient, demo: Operator) -> Invoice:
    """Hanako's issued invoice of October."""
    subscribing.subscribe(
        patient=person, package="standard", on=OCTOBER, now=at_noon(OCTOBER), by=BY
    )
    billing.run(month=OCTOBER, operator=demo, as_of=NOW, by=BY)
    return Invoice.objects.get(patient=person)


def test_never_two_packages_at_once(invoice: Invoice) -> None:
    row = Subscription.objects.get(patient=invoice.patient)
    row.pk, row.package = None, Package.objects.get(code="premium")
    refused("one_package_at_a_time", row.save)


def test_versions_of_a_package_never_overlap(demo: Operator) -> None:
    version = PackageVersion.objects.get(package__code="premium")
    version.pk, version.valid = None, DateRange(date(2027, 1, 1), None)
    refused("one_version_at_a_time", version.save)


def test_features_must_be_complete(demo: Operator) -> None:
    version = PackageVersion.objects.get(package__code="premium")
    del version.features["sleep_analysis"]
    refused("features_are_complete", version.save)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"report_cadence": "hourly"}, "report_cadence"),
        ({"reading_kinds": []}, "reading_kinds"),
        ({"history_days": 0}, "history_days"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_features_are_judged_in_words(demo: Operator, changed: dict[str, Any], told: str) -> None:
    features = PackageVersion.objects.get(package__code="premium").features
    validate_features(features)
    with pytest.raises(ValidationError, match=told):
        validate_features({**features, **changed})


def test_one_price_per_operator_and_version(demo: Operator) -> None:
    price = Price.objects.filter(operator=demo).first()
    assert price is not None
    price.pk = None
    refused("one_price_per_operator", price.save)


def test_an_issuer_has_a_registration_number(demo: Operator) -> None:
    issuer = Issuer(code="x", name="X", registration_number="T123")
    refused("registration_number_is_t_and_13_digits", issuer.save)


def test_proration_goes_with_its_cycle(policy: BillingPolicy) -> None:
    policy.cycle = "anniversary"
    refused("none_calendar_month_has_its_cycle", policy.save)


def test_an_effect_is_booked_once(invoice: Invoice) -> None:
    line = invoice.lines.get()
    line.pk, line.calendar_month = None, None
    refused("effect_once", line.save)


def test_a_calendar_month_is_charged_once_a_package(invoice: Invoice) -> None:
    line = invoice.lines.get()
    line.pk, line.period = None, DateRange(date(2026, 10, 9), date(2026, 11, 1))
    refused("calendar_month_charged_once", line.save)


def test_a_person_has_one_document_a_day_and_a_number_is_given_once(invoice: Invoice) -> None:
    twin = Invoice.objects.get(pk=invoice.pk)
    twin.pk = None
    refused("one_document_a_day", twin.save)
    twin.sequence = 2
    refused("invoice_number_once", twin.save)


def test_issued_means_numbered_and_amounts_add_up(invoice: Invoice) -> None:
    refused("issued_means_numbered", lambda: _update(invoice, number=None))
    refused("invoice_adds_up", lambda: _update(invoice, tax=invoice.tax + 1))
    refused("invoice_kind_is_its_sign", lambda: _update(invoice, kind="credit_note"))


def test_a_run_is_one_a_month(invoice: Invoice) -> None:
    run = BillingRun.objects.get()
    run.pk = None
    refused("one_run_a_month", run.save)


def test_decisions_are_well_formed(invoice: Invoice) -> None:
    event = SubscriptionEvent.objects.get()
    event.pk = None
    refused("event_sequence", event.save)
    event.sequence, event.package = 2, None
    refused("event_names_its_package", event.save)
    event.do = "cancel"
    refused("only_a_cancellation_says_when", event.save)


def _update(invoice: Invoice, **values: Any) -> None:
    Invoice.objects.filter(pk=invoice.pk).update(**values)
