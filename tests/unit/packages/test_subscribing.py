"""Taking, changing, leaving, taking back; and what the preview says beforehand."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from healthcare.audit.models import AuditRecord
from healthcare.patients.models import Patient
from healthcare.subscribers.models import Operator
from packages import billing, queries, subscribing
from packages.models import BillingPolicy, Do, PackageVersion, Subscription, SubscriptionEvent
from packages.pricing.history import CancelWhen
from packages.pricing.problems import HistoryError
from tests.factories import ContractFactory, PatientFactory
from tests.unit.packages.conftest import BY, at_noon

APRIL = date(2026, 4, 1)
MID_APRIL = date(2026, 4, 16)
MAY = date(2026, 5, 1)


def take(patient: Patient, package: str = "standard", on: date = APRIL) -> Subscription:
    return subscribing.subscribe(patient=patient, package=package, on=on, now=at_noon(on), by=BY)


def move(patient: Patient, package: str, on: date = MID_APRIL) -> Subscription:
    return subscribing.change(patient=patient, package=package, on=on, now=at_noon(on), by=BY)


def leave(
    patient: Patient, on: date = MID_APRIL, when: CancelWhen = CancelWhen.PERIOD_END
) -> Subscription:
    return subscribing.cancel(patient=patient, when=when, on=on, now=at_noon(on), by=BY)


def periods(patient: Patient) -> list[tuple[str, date, date | None]]:
    return [
        (row.package.code, row.period.lower, row.period.upper)
        for row in queries.subscriptions(patient.pk).order_by("period")
    ]


def refusal(action: Callable[[], Any]) -> tuple[str, str]:
    """Field and code of the refusal."""
    with pytest.raises(HistoryError) as caught:
        action()
    (problem,) = caught.value.errors
    return problem["field"], problem["code"]


def test_a_subscription_is_charged_to_the_own_living_contract(
    person: Patient, demo: Operator
) -> None:
    ContractFactory(operator=demo, patient=person, activated_on=MAY)
    ContractFactory(operator=demo, patient=person, activated_on=date(2025, 4, 1), ended_on=APRIL)
    row = take(person)
    assert periods(person) == [("standard", APRIL, None)]
    assert row.payer_contract.patient == person
    assert row.payer_contract.activated_on == date(2020, 4, 1)
    record = AuditRecord.objects.get(action="packages.subscribe")
    assert (record.patient_id, record.details) == (
        person.pk,
        {"on": "2026-04-01", "package": "standard"},
    )


def test_without_consent_to_care_nobody_pays(demo: Operator, scope: object) -> None:
    patient = PatientFactory()
    ContractFactory(operator=demo, patient=patient)
    assert refusal(lambda: take(patient)) == ("patient", "no_consent")


def test_up_at_once_and_down_at_the_end_of_the_period(person: Patient) -> None:
    take(person)
    assert move(person, "premium").package.code == "premium"
    pending = move(person, "free", on=date(2026, 4, 20))
    assert pending.period.lower == MAY
    assert periods(person) == [
        ("standard", APRIL, MID_APRIL),
        ("premium", MID_APRIL, MAY),
        ("free", MAY, None),
    ]


def test_an_upgrade_drops_a_pending_downgrade(person: Patient) -> None:
    take(person)
    move(person, "free")
    move(person, "premium", on=date(2026, 4, 20))
    assert periods(person) == [
        ("standard", APRIL, date(2026, 4, 20)),
        ("premium", date(2026, 4, 20), None),
    ]


def test_a_pending_cancellation_can_be_revoked(person: Patient) -> None:
    take(person)
    assert leave(person).ends_on() == MAY
    subscribing.revoke(patient=person, on=date(2026, 4, 20), now=at_noon(date(2026, 4, 20)), by=BY)
    assert periods(person) == [("standard", APRIL, None)]


def test_the_day_of_a_cancellation_is_used(person: Patient) -> None:
    take(person)
    assert leave(person, when=CancelWhen.NOW).ends_on() == date(2026, 4, 17)
    assert queries.current_subscription(person.pk, MID_APRIL) is not None
    assert queries.current_subscription(person.pk, date(2026, 4, 17)) is None


def test_refusals_name_field_code_and_cure(person: Patient) -> None:
    assert refusal(lambda: move(person, "premium")) == ("do", "not_subscribed")
    take(person)
    assert refusal(lambda: take(person, on=MID_APRIL)) == ("do", "already_subscribed")
    assert refusal(lambda: move(person, "gold")) == ("package", "not_offered")
    assert refusal(lambda: move(person, "standard")) == ("package", "same_package")
    assert refusal(lambda: move(person, "premium", on=date(2026, 3, 1))) == ("on", "out_of_order")
    with pytest.raises(HistoryError, match="free, standard, premium"):
        move(person, "gold")
    assert SubscriptionEvent.objects.count() == 1


def test_what_was_billed_is_not_decided_again(person: Patient, demo: Operator) -> None:
    take(person)
    billing.run(month=MAY, operator=demo, as_of=at_noon(MAY), by=BY)
    assert refusal(lambda: move(person, "premium", on=MID_APRIL)) == ("on", "already_billed")


def test_a_package_billed_on_its_first_day_is_changed_the_day_after(
    person: Patient, demo: Operator
) -> None:
    take(person, on=MID_APRIL)
    billing.run(month=APRIL, operator=demo, as_of=at_noon(MID_APRIL), by=BY)
    assert refusal(lambda: move(person, "premium")) == ("on", "already_billed")
    move(person, "premium", on=date(2026, 4, 17))


def test_a_minimum_term_holds_a_downgrade_back(person: Patient) -> None:
    PackageVersion.objects.filter(package__code="standard").update(minimum_term_months=3)
    take(person)
    PackageVersion.objects.filter(package__code="standard").update(minimum_term_months=0)
    assert refusal(lambda: move(person, "free")) == ("on", "minimum_term")
    assert leave(person).ends_on() == date(2026, 7, 1)


def test_terms_agreed_once_outlive_the_catalogue(person: Patient) -> None:
    PackageVersion.objects.filter(package__code="standard").update(trial_days=14)
    assert take(person).paid_from == date(2026, 4, 15)
    PackageVersion.objects.filter(package__code="standard").update(trial_days=0)
    move(person, "premium", on=date(2026, 4, 3))
    assert [row.paid_from for row in queries.subscriptions(person.pk)] == [
        date(2026, 4, 15),
        date(2026, 4, 15),
    ]


def test_the_preview_shows_now_then_and_what_it_costs(
    person: Patient, policy: BillingPolicy
) -> None:
    """The golden case upgrade-30-days, taken by a person."""
    policy.proration, policy.tax_inclusive = "actual_days", False
    policy.save()
    take(person)
    found = subscribing.preview(patient=person, do=Do.CHANGE, package="premium", on=MID_APRIL)
    assert found.now is not None
    assert found.then is not None
    assert (found.now.package, found.then.package) == ("standard", "premium")
    assert (found.effective_on, found.currency) == (MID_APRIL, "JPY")
    assert found.due is not None
    assert [line.amount for line in found.due.lines] == [-165, 490]
    assert (found.due.net, found.due.tax, found.due.total) == (325, 32, 357)
    assert (found.upcoming[0].date, found.upcoming[0].total) == (MAY, 1078)
    assert SubscriptionEvent.objects.count() == 1


def test_the_preview_of_a_downgrade_costs_nothing_today(person: Patient) -> None:
    take(person, "premium")
    found = subscribing.preview(patient=person, do=Do.CHANGE, package="standard", on=MID_APRIL)
    assert (found.due, found.effective_on) == (None, MAY)
    assert [document.total for document in found.upcoming][:1] == [330]


def test_the_preview_of_leaving_and_of_staying_after_all(person: Patient) -> None:
    take(person)
    leaving = subscribing.preview(patient=person, do=Do.CANCEL, on=MID_APRIL)
    assert (leaving.then, leaving.effective_on, leaving.upcoming) == (None, MAY, ())
    leave(person)
    staying = subscribing.preview(patient=person, do=Do.REVOKE, on=date(2026, 4, 20))
    assert staying.then is not None
    assert (staying.then.package, staying.effective_on) == ("standard", MAY)


def test_the_preview_on_a_day_of_renewal_counts_the_renewal_once(
    person: Patient, policy: BillingPolicy
) -> None:
    policy.proration = "actual_days"
    policy.save()
    take(person)
    found = subscribing.preview(patient=person, do=Do.CHANGE, package="premium", on=MAY)
    assert found.due is not None
    assert found.due.total == 980 - 330


def test_a_preview_is_refused_like_the_decision(person: Patient) -> None:
    take(person)
    asked = lambda: subscribing.preview(  # noqa: E731
        patient=person, do=Do.CHANGE, package="standard", on=MID_APRIL
    )
    assert refusal(asked) == ("package", "same_package")
