"""The billing run makes exactly the documents that the preview shows for the same history."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from healthcare.kernel.periods import Period, add_months
from healthcare.patients.models import Patient
from healthcare.subscribers.models import Operator
from packages import billing, reconciling, subscribing
from packages.decisions import standing_of
from packages.models import BillingPolicy, PackageVersion, Subscription
from packages.pricing.history import CancelWhen
from packages.pricing.problems import HistoryError
from tests.unit.packages.conftest import BY, at_noon

FIRST = date(2026, 7, 1)
MONTHS = [add_months(FIRST, count) for count in range(4)]
END = add_months(FIRST, len(MONTHS))
PACKAGES = st.sampled_from(["free", "standard", "premium"])

CHOICES = st.one_of(
    st.tuples(st.just("change"), PACKAGES),
    st.tuples(st.just("cancel"), st.sampled_from(list(CancelWhen))),
    st.tuples(st.just("subscribe"), PACKAGES),
    st.tuples(st.just("revoke"), st.none()),
)
beginnings = st.tuples(st.sampled_from([0, 10, 30]), st.tuples(st.just("subscribe"), PACKAGES))
decisions = st.builds(
    lambda first, rest: [first, *rest],
    beginnings,
    st.lists(st.tuples(st.sampled_from([0, 1, 5, 17, 30]), CHOICES), max_size=5),
)
policies = st.fixed_dictionaries(
    {
        "proration": st.sampled_from(["none_calendar_month", "actual_days"]),
        "tax_inclusive": st.booleans(),
        "tax_rounding": st.sampled_from(["floor", "half_up", "ceil"]),
    }
)


def decide(patient: Patient, choice: tuple[str, object], on: date) -> bool:
    """Take a decision; False when the rules refuse it."""
    common = {"patient": patient, "on": on, "now": at_noon(on), "by": BY}
    try:
        match choice:
            case ("subscribe", package):
                subscribing.subscribe(package=package, **common)
            case ("change", package):
                subscribing.change(package=package, **common)
            case ("cancel", when):
                subscribing.cancel(when=when, **common)
            case _:
                subscribing.revoke(**common)
    except HistoryError:
        return False
    return True


def bill(demo: Operator, month: date, as_of: date) -> billing.RunSummary:
    return billing.run(month=month, operator=demo, as_of=at_noon(as_of), by=BY)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(chosen=policies, steps=decisions, trial=st.sampled_from([0, 0, 10, 40]))
def test_documents_and_subscriptions_are_those_of_the_preview(
    new_member: Callable[[], Patient],
    demo: Operator,
    chosen: dict[str, object],
    steps: list[tuple[int, tuple[str, object]]],
    trial: int,
) -> None:
    with transaction.atomic():
        BillingPolicy.objects.filter(operator=demo).update(**chosen)
        PackageVersion.objects.filter(package__rank__gt=0).update(trial_days=trial)
        patient, day = new_member(), FIRST
        for later, choice in steps:
            day += timedelta(days=later)
            decide(patient, choice, day)
        for month in MONTHS:
            assert not bill(demo, month, END).held
        assert bill(demo, MONTHS[0], END).invoices_created == 0
        _compare(patient)
        transaction.set_rollback(True)


def _compare(patient: Patient) -> None:
    whole = Period(FIRST, END)
    made = reconciling.booked([patient.pk], whole).get(patient.pk, [])
    stored = list(Subscription.objects.filter(patient=patient).order_by("period"))
    for earlier, later in pairwise(stored):
        assert earlier.period.upper <= later.period.lower
    if not stored and not made:
        return
    replayed = standing_of(patient).replayed(through=END)
    assert [
        (document.kind, document.date, document.lines, document.taxes) for document in made
    ] == [
        (document.kind, document.date, document.lines, document.taxes)
        for document in replayed.documents
    ]
    at_last = standing_of(patient).replayed(through=add_months(END, 12)).subscriptions
    assert {(row.package.code, row.period.lower, row.period.upper) for row in stored} == {
        (row.package, row.start, row.end) for row in at_last
    }


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(chosen=policies, steps=decisions, billed_before=st.lists(st.booleans(), min_size=6))
def test_billing_in_between_changes_no_total(
    new_member: Callable[[], Patient],
    demo: Operator,
    chosen: dict[str, object],
    steps: list[tuple[int, tuple[str, object]]],
    billed_before: list[bool],
) -> None:
    """However often and early the month is billed, what is paid is what the preview says."""
    with transaction.atomic():
        BillingPolicy.objects.filter(operator=demo).update(**chosen)
        patient, day = new_member(), FIRST
        for (later, choice), billed in zip(steps, billed_before, strict=False):
            day += timedelta(days=later)
            if billed:
                bill(demo, day, day)
            decide(patient, choice, day)
        for month in MONTHS:
            assert not bill(demo, month, END).held
        if Subscription.objects.filter(patient=patient).exists():
            made = reconciling.booked([patient.pk], Period(FIRST, END)).get(patient.pk, [])
            asked = standing_of(patient).replayed(through=END).documents
            assert sum(_amounts(made)) == sum(_amounts(asked))
        transaction.set_rollback(True)


def _amounts(documents: object) -> list[int]:
    return [line.amount for document in documents for line in document.lines]  # type: ignore[attr-defined]
