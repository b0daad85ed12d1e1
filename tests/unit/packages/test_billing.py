"""A billing run: what it makes, once, with which numbers."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from django.db import connection

from healthcare.audit.models import AuditRecord
from healthcare.kernel.money import Rounding
from healthcare.patients.models import Patient
from healthcare.subscribers.models import Operator
from packages import billing, subscribing, usage
from packages.billing import running
from packages.billing.plain import tax_sql
from packages.models import (
    BillingPolicy,
    BillingRun,
    Invoice,
    InvoiceLine,
    PackageVersion,
    Price,
    RunState,
    Subscription,
    SubscriptionEvent,
)
from packages.pricing.history import CancelWhen
from packages.pricing.tax import tax_of
from tests.factories import OperatorFactory
from tests.unit.packages.conftest import BY, NOW, at_noon

OCTOBER = date(2026, 10, 1)
SEPTEMBER = date(2026, 9, 1)
NOVEMBER = date(2026, 11, 1)
MakeMember = Callable[[], Patient]


def take(patient: Patient, package: str = "standard", on: date = OCTOBER) -> Subscription:
    return subscribing.subscribe(patient=patient, package=package, on=on, now=at_noon(on), by=BY)


def bill(demo: Operator, month: date = OCTOBER, **more: object) -> billing.RunSummary:
    return billing.run(month=month, operator=demo, by=BY, **{"as_of": NOW, **more})  # type: ignore[arg-type]


def counts(summary: billing.RunSummary) -> tuple[int, int, int, int]:
    return (
        summary.subscriptions,
        summary.invoices_created,
        summary.invoices_existing,
        summary.total,
    )


def test_a_month_is_billed_once(new_member: MakeMember, demo: Operator) -> None:
    for package in ("standard", "premium", "free"):
        take(new_member(), package)
    first, second = bill(demo), bill(demo)
    assert counts(first) == (3, 2, 0, 330 + 980)
    assert counts(second) == (3, 0, 2, 330 + 980)
    run = BillingRun.objects.get()
    assert (run.state, run.invoices, run.total, run.currency) == (
        RunState.COMMITTED,
        2,
        1310,
        "JPY",
    )
    assert set(AuditRecord.objects.values_list("action", flat=True)) >= {
        "packages.billing_drafted",
        "packages.billing_committed",
    }


def test_a_document_keeps_what_shaped_it(person: Patient, demo: Operator) -> None:
    take(person, on=date(2026, 10, 21))
    bill(demo)
    invoice = Invoice.objects.get()
    assert (invoice.kind, invoice.date, invoice.label) == (
        "invoice",
        date(2026, 10, 21),
        "2026-00000001",
    )
    assert (invoice.net, invoice.tax, invoice.total) == (300, 30, 330)
    assert (invoice.tax_rounding, invoice.tax_inclusive) == ("floor", True)
    assert invoice.registration_number == "T1234567890123"
    line = invoice.lines.get()
    assert (line.kind, line.amount, line.calendar_month) == ("fixed", 330, OCTOBER)
    assert (line.period.lower, line.period.upper) == (date(2026, 10, 21), NOVEMBER)
    assert [(tax.rate, tax.net, tax.tax) for tax in invoice.taxes.all()] == [(10, 300, 30)]


def test_rejoining_in_the_same_month_is_free(person: Patient, demo: Operator) -> None:
    """The golden case carrier-calendar-month-rejoin-is-free, a quarter later."""
    take(person, on=date(2026, 9, 21))
    for on in (date(2026, 9, 25), date(2026, 10, 1)):
        subscribing.cancel(patient=person, when=CancelWhen.NOW, on=on, now=at_noon(on), by=BY)
        if on.month == 9:
            take(person, on=date(2026, 9, 28))
    bill(demo, SEPTEMBER)
    bill(demo, OCTOBER)
    bill(demo, NOVEMBER)
    assert list(Invoice.objects.order_by("date").values_list("date", "total")) == [
        (date(2026, 9, 21), 330),
        (date(2026, 10, 1), 330),
    ]


def test_cancelling_now_gives_back_under_actual_days(
    person: Patient, demo: Operator, policy: BillingPolicy
) -> None:
    """The golden case cancel-now: kept 16/30 of 980, credit tax = tax before - tax of the rest."""
    policy.proration, policy.tax_inclusive = "actual_days", False
    policy.save()
    april = date(2026, 4, 1)
    take(person, "premium", april)
    bill(demo, april)
    on = date(2026, 4, 16)
    subscribing.cancel(patient=person, when=CancelWhen.NOW, on=on, now=at_noon(on), by=BY)
    bill(demo, april)
    assert list(Invoice.objects.order_by("date").values_list("kind", "net", "tax", "number")) == [
        ("invoice", 980, 98, 1),
        ("credit_note", -458, -46, 2),
    ]


def test_an_upgrade_on_a_billed_day_makes_a_second_document(
    person: Patient, demo: Operator
) -> None:
    take(person, on=SEPTEMBER)
    bill(demo, OCTOBER, as_of=at_noon(OCTOBER))
    subscribing.change(patient=person, package="premium", on=OCTOBER, now=at_noon(OCTOBER), by=BY)
    bill(demo, OCTOBER)
    assert list(
        Invoice.objects.order_by("sequence").values_list("date", "sequence", "total", "tax")
    ) == [(OCTOBER, 1, 330, 30), (OCTOBER, 2, 650, 59)]
    assert sorted(InvoiceLine.objects.values_list("kind", "amount")) == [
        ("credit", -330),
        ("fixed", 330),
        ("fixed", 980),
    ]
    assert bill(demo, OCTOBER).invoices_created == 0


def test_only_days_up_to_as_of_are_billed(new_member: MakeMember, demo: Operator) -> None:
    take(new_member(), on=SEPTEMBER)
    take(new_member(), on=date(2026, 10, 20))
    assert counts(bill(demo, OCTOBER, as_of=at_noon(date(2026, 10, 10))))[1:3] == (1, 0)
    assert counts(bill(demo, OCTOBER))[1:3] == (1, 1)


def test_trials_are_free(new_member: MakeMember, demo: Operator) -> None:
    PackageVersion.objects.filter(package__code="standard").update(trial_days=40)
    take(new_member(), on=OCTOBER)
    assert counts(bill(demo, OCTOBER))[1] == 0
    assert counts(bill(demo, NOVEMBER, as_of=at_noon(date(2026, 11, 30))))[1] == 1
    assert Invoice.objects.get().date == date(2026, 11, 10)


def test_a_price_override_and_a_new_version(new_member: MakeMember, demo: Operator) -> None:
    kept, moved = take(new_member(), on=SEPTEMBER), take(new_member(), on=SEPTEMBER)
    SubscriptionEvent.objects.filter(patient=kept.patient).update(price_override=200)
    Subscription.objects.filter(pk=kept.pk).update(price_override=200)
    old = PackageVersion.objects.get(package__code="standard")
    old.valid = (date(2020, 1, 1), OCTOBER)
    old.save()
    new = PackageVersion.objects.get(pk=old.pk)
    new.pk, new.valid = None, (OCTOBER, None)
    new.save()
    Price.objects.create(version=new, operator=demo, amount=550, tax_rate=10)
    bill(demo, SEPTEMBER)
    bill(demo, OCTOBER)
    assert list(
        Invoice.objects.filter(patient=kept.patient)
        .order_by("date")
        .values_list("total", flat=True)
    ) == [200, 200]
    assert list(
        Invoice.objects.filter(patient=moved.patient)
        .order_by("date")
        .values_list("total", flat=True)
    ) == [330, 550]


def test_usage_is_rated_in_arrears_and_late_usage_with_the_next_period(
    person: Patient, demo: Operator
) -> None:
    take(person, on=SEPTEMBER)
    for number in range(4):
        record = usage.record(
            patient_id=person.pk,
            component="report",
            quantity=1,
            key=f"report:{number % 3}",
            on=date(2026, 9, 20),
        )
    assert record.key == "report:0"
    bill(demo, OCTOBER, as_of=at_noon(OCTOBER))
    assert sorted(InvoiceLine.objects.values_list("kind", "quantity", "amount")) == [
        ("fixed", None, 330),
        ("usage", 3, 220),
    ]
    late = usage.record(
        patient_id=person.pk, component="report", quantity=2, key="late", on=date(2026, 9, 30)
    )
    assert late.rated_on == OCTOBER
    assert bill(demo, OCTOBER).invoices_created == 0
    bill(demo, NOVEMBER)
    assert sorted(InvoiceLine.objects.filter(kind="usage").values_list("quantity", "amount")) == [
        (2, 110),
        (3, 220),
    ]


def test_a_dry_run_keeps_nothing(person: Patient, demo: Operator) -> None:
    take(person)
    tried = bill(demo, dry_run=True)
    assert tried.dry_run
    assert counts(tried) == (1, 1, 0, 330)
    assert not BillingRun.objects.exists()
    assert not Invoice.objects.exists()


def test_a_draft_is_committed_on_its_own(person: Patient, demo: Operator) -> None:
    take(person)
    drafted = billing.draft(month=OCTOBER, operator=demo, as_of=NOW, by=BY)
    assert drafted.run.state == RunState.DRAFTED
    assert Invoice.objects.get().number is None
    billing.commit(run=drafted.run, as_of=NOW, by=BY)
    billing.commit(run=drafted.run, as_of=NOW, by=BY)
    assert Invoice.objects.get().number == 1


def test_one_spoilt_history_is_held_and_spoils_nobody(
    new_member: MakeMember, demo: Operator
) -> None:
    spoilt, well = new_member(), new_member()
    take(spoilt)
    take(well)
    SubscriptionEvent.objects.create(
        patient=spoilt, sequence=2, on=OCTOBER, do="revoke", recorded_at=NOW, actor="tests"
    )
    summary = bill(demo)
    assert [(held.patient, held.code) for held in summary.held] == [(spoilt.pk, "nothing_pending")]
    assert BillingRun.objects.get().held[0]["patient"] == spoilt.pk
    assert Invoice.objects.get().patient == well


def test_numbers_have_no_gaps_over_chunks_and_runs(
    new_member: MakeMember, demo: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "PEOPLE_A_CHUNK", 2)
    for _ in range(5):
        take(new_member(), on=SEPTEMBER)
    bill(demo, SEPTEMBER)
    bill(demo, OCTOBER)
    assert list(Invoice.objects.order_by("number").values_list("number", flat=True)) == list(
        range(1, 11)
    )


def test_refusals_say_what_to_do(demo: Operator) -> None:
    with pytest.raises(billing.BillingRefused, match="2027-01 has not begun"):
        bill(demo, date(2027, 1, 1))
    with pytest.raises(billing.BillingRefused, match="no billing policy"):
        bill(OperatorFactory(code="elsewhere"))
    other = OperatorFactory(code="other", currency="EUR")
    with pytest.raises(billing.BillingRefused, match="EUR, JPY"):
        billing.run_all(month=OCTOBER, operators=[demo, other], as_of=NOW, by=BY)


def test_other_operators_are_left_alone(person: Patient, demo: Operator) -> None:
    take(person)
    other = OperatorFactory(code="other")
    policy = BillingPolicy.objects.get(operator=demo)
    policy.pk, policy.operator = None, other
    policy.save()
    assert counts(bill(other)) == (0, 0, 0, 0)


def test_anniversaries_are_replayed(person: Patient, demo: Operator, policy: BillingPolicy) -> None:
    policy.proration, policy.cycle = "none_anniversary", "anniversary"
    policy.save()
    take(person, on=date(2026, 8, 31))
    for month in (SEPTEMBER, OCTOBER):
        bill(demo, month)
    assert list(Invoice.objects.order_by("date").values_list("date", "total")) == [
        (date(2026, 9, 30), 330),
        (date(2026, 10, 31), 330),
    ]


@pytest.mark.parametrize("rounding", list(Rounding))
@pytest.mark.parametrize("inclusive", [True, False])
def test_sql_rounds_as_python_does_row_by_row(
    db: None, rounding: Rounding, inclusive: bool
) -> None:
    """Every small amount and many large ones, at rates with and without a fraction."""
    rates = [Decimal(text) for text in ("0", "5.5", "7.25", "8", "10", "19", "99.99")]
    dice = Random(20261001)
    amounts = [*range(1, 400), *(dice.randrange(1, 10**12) for _ in range(600))]
    tax = tax_sql("a.amount", "r.rate", rounding, inclusive=inclusive)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT a.amount, r.rate, {tax} FROM unnest(%s::bigint[]) a (amount)"
            " CROSS JOIN unnest(%s::numeric(5, 2)[]) r (rate)",
            [amounts, rates],
        )
        rows = cursor.fetchall()
    assert len(rows) == len(amounts) * len(rates)
    wrong = [
        row
        for row in rows
        if row[2] != tax_of(row[0], row[1], rounding=rounding, inclusive=inclusive)
    ]
    assert wrong == []
