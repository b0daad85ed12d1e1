"""Packages that a migrated subscriber base brings along."""

from datetime import date
from typing import Any

import pytest

from healthcare.patients.models import Patient
from healthcare.subscribers.models import Contract, Operator
from packages import billing, queries, subscribing
from packages.decisions import standing_of
from packages.models import BillingPolicy, Invoice, Subscription
from packages.subscribing import adopt_migrated
from tests.factories import ConsentFactory, ContractFactory
from tests.unit.packages.conftest import BY, NOW, at_noon

TODAY = date(2026, 11, 2)


@pytest.fixture(autouse=True)
def in_scope(scope: object) -> None:
    """Adopting runs for everybody."""


def contract(demo: Operator, *, consents: bool = True, **terms: Any) -> Contract:
    made: Contract = ContractFactory(operator=demo, **{"package": "standard", **terms})
    if consents:
        ConsentFactory(patient=made.patient)
    return made


def adopted(patient: Patient) -> Subscription:
    return Subscription.objects.get(patient=patient)


def test_every_contract_that_names_a_package_is_counted_once(demo: Operator) -> None:
    contract(demo)
    contract(demo, consents=False)
    contract(demo, package="gold")
    contract(demo, package="")
    contract(demo, entitlement_from=TODAY, cancel_on=date(2026, 10, 1))
    first = adopt_migrated(operator=demo, now=NOW, by=BY)
    assert (first.adopted, first.waiting, first.unknown, first.over) == (1, 1, 1, 1)
    again = adopt_migrated(operator=demo, now=NOW, by=BY)
    assert (again.adopted, again.already) == (0, 1)
    assert Subscription.objects.count() == 1


def test_terms_of_the_migration_become_terms_of_the_subscription(demo: Operator) -> None:
    made = contract(
        demo,
        entitlement_from=date(2026, 1, 10),
        billing_from=date(2026, 10, 1),
        trial_days_left=14,
        price_override=200,
        cancel_on=date(2026, 12, 20),
    )
    adopt_migrated(operator=demo, now=NOW, by=BY)
    row = adopted(made.patient)
    assert (row.period.lower, row.period.upper) == (date(2026, 1, 10), date(2026, 12, 21))
    assert (row.paid_from, row.price_override) == (date(2026, 10, 15), 200)
    assert row.payer_contract == made


def test_without_dates_it_begins_today(demo: Operator) -> None:
    made = contract(demo)
    adopt_migrated(operator=demo, now=NOW, by=BY)
    assert adopted(made.patient).period.lower == TODAY


@pytest.mark.parametrize("proration", ["none_calendar_month", "actual_days"])
def test_rows_made_in_sets_are_those_of_the_rules(
    demo: Operator, policy: BillingPolicy, proration: str
) -> None:
    """What SQL opened is what replaying the adopted decisions gives, also when billed."""
    policy.proration = proration
    policy.save()
    terms: list[dict[str, Any]] = [
        {},
        {"entitlement_from": date(2026, 5, 31)},
        {"billing_from": date(2026, 10, 10)},
        {"entitlement_from": date(2026, 9, 3), "billing_from": date(2026, 9, 1)},
        {"entitlement_from": date(2026, 9, 3), "trial_days_left": 40, "price_override": 111},
        {"entitlement_from": date(2026, 9, 3), "cancel_on": date(2026, 10, 15)},
    ]
    people = [contract(demo, **entry).patient for entry in terms]
    adopt_migrated(operator=demo, now=NOW, by=BY)
    billing.run(month=date(2026, 10, 1), operator=demo, as_of=NOW, by=BY)
    for patient in people:
        row = adopted(patient)
        replayed = standing_of(patient).replayed(through=date(2027, 1, 1))
        (said,) = replayed.subscriptions
        assert (row.period.lower, row.period.upper) == (said.start, said.end)
        october = [d for d in replayed.documents if d.date.month == 10]
        made = Invoice.objects.filter(patient=patient).order_by("date")
        assert [(i.date, i.total) for i in made] == [(d.date, d.total) for d in october]


def test_a_scheduled_cancellation_is_revoked_or_replaced(demo: Operator) -> None:
    stays, leaves = (
        contract(demo, entitlement_from=date(2026, 9, 1), cancel_on=date(2026, 12, 20)).patient
        for _ in range(2)
    )
    adopt_migrated(operator=demo, now=NOW, by=BY)
    subscribing.revoke(patient=stays, on=TODAY, now=NOW, by=BY)
    assert adopted(stays).period.upper is None
    subscribing.cancel(patient=leaves, on=TODAY, now=NOW, by=BY)
    assert adopted(leaves).period.upper == date(2026, 12, 1)
    subscribing.change(patient=stays, package="premium", on=TODAY, now=at_noon(TODAY), by=BY)
    current = queries.current_subscription(stays.pk, TODAY)
    assert current is not None
    assert current.package.code == "premium"
