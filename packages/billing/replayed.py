"""Everybody whose month is not plain: their decisions are replayed by packages.pricing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from packages.billing.assignment import Assignment
from packages.catalogue import PriceBook, pricing_policy
from packages.histories import Recorded, history, recorded
from packages.models import (
    Invoice,
    InvoiceLine,
    InvoiceState,
    InvoiceTax,
    LineKind,
    Subscription,
)
from packages.pricing import documents as pricing
from packages.pricing.documents import Document, Line
from packages.pricing.policy import Policy
from packages.pricing.problems import HistoryError
from packages.pricing.timeline import replay
from packages.reconciling import Outstanding, booked, outstanding


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody whose documents could not be made; a person must look."""

    patient: int
    code: str
    detail: str


@dataclass(slots=True)
class Drafted:
    """What became of some people."""

    documents: int = 0
    held: list[Held] = field(default_factory=list)


def draft(assignment: Assignment, patient_ids: Sequence[int]) -> Drafted:
    """Write the missing drafts of these people. Drafts of an earlier start are made anew, issued
    documents stand. What one person's history spoils is held and spoils nobody else's."""
    Invoice.objects.filter(
        run=assignment.run, state=InvoiceState.DRAFT, patient_id__in=patient_ids
    ).delete()
    people = _People(assignment, patient_ids)
    drafted = Drafted()
    for patient_id in patient_ids:
        try:
            with transaction.atomic():
                drafted.documents += people.draft(patient_id)
        except HistoryError as error:
            first = error.errors[0]
            drafted.held.append(Held(patient_id, first["code"], str(error)))
        except IntegrityError as error:
            drafted.held.append(Held(patient_id, "booked_before", str(error).splitlines()[0]))
    return drafted


class _People:
    """What stands in the database about some people, read at once."""

    def __init__(self, assignment: Assignment, patient_ids: Sequence[int]) -> None:
        self._assignment = assignment
        self._policy: Policy = pricing_policy(assignment.policy)
        self._book = PriceBook(operator_id=assignment.run.operator_id, on=assignment.month.start)
        self._recorded: dict[int, Recorded] = recorded(patient_ids)
        self._booked: dict[int, list[Document]] = booked(patient_ids, assignment.month)
        self._subscriptions: dict[int, list[Subscription]] = {}
        rows = Subscription.objects.filter(patient_id__in=patient_ids).select_related("package")
        for row in rows.order_by("patient_id", "period"):
            self._subscriptions.setdefault(row.patient_id, []).append(row)

    def draft(self, patient_id: int) -> int:
        """Write the missing drafts of one person. Returns their number."""
        month, until = self._assignment.month, self._assignment.until
        asked = history(
            self._recorded[patient_id], book=self._book, policy=self._policy, through=until
        )
        due = replay(asked).documents_in(month)
        missing = outstanding(due, self._booked.get(patient_id, []), self._policy)
        for entry in missing:
            self._write(patient_id, entry)
        return len(missing)

    def _write(self, patient_id: int, entry: Outstanding) -> None:
        run, policy, made = self._assignment.run, self._assignment.policy, entry.document
        owners = [self._owner(patient_id, line, made.date) for line in made.lines]
        invoice = Invoice.objects.create(
            run=run,
            operator_id=run.operator_id,
            issuer_id=run.issuer_id,
            patient_id=patient_id,
            payer_contract_id=owners[-1].payer_contract_id,
            kind=made.kind.value,
            date=made.date,
            sequence=entry.sequence,
            year=self._assignment.month.start.year,
            currency=run.currency,
            net=made.net,
            tax=made.tax,
            total=made.total,
            tax_rounding=policy.tax_rounding,
            tax_inclusive=policy.tax_inclusive,
            registration_number=run.issuer.registration_number,
        )
        InvoiceLine.objects.bulk_create(
            self._line(invoice, line, owner) for line, owner in zip(made.lines, owners, strict=True)
        )
        InvoiceTax.objects.bulk_create(
            InvoiceTax(invoice=invoice, rate=total.rate, net=total.net, tax=total.tax)
            for total in made.taxes
        )

    def _line(self, invoice: Invoice, line: Line, owner: Subscription) -> InvoiceLine:
        kind = LineKind(line.kind.value)
        if kind is LineKind.FIXED and line.amount < 0:
            kind = LineKind.CREDIT
        whole_months = self._assignment.charges_whole_months and line.kind is pricing.LineKind.FIXED
        return InvoiceLine(
            invoice=invoice,
            subscription=owner,
            patient_id=invoice.patient_id,
            package_id=owner.package_id,
            kind=kind,
            component=line.component or "",
            period=DateRange(line.period.start, line.period.end),
            calendar_month=self._assignment.month.start if whole_months else None,
            quantity=line.quantity,
            amount=line.amount,
            tax_rate=line.tax_rate,
        )

    def _owner(self, patient_id: int, line: Line, day: date) -> Subscription:
        """The subscription a line is for: the latest to its package that had begun. Usage and fees
        come when it has ended, perhaps on the very day the same package begins again."""
        ended = line.kind is not pricing.LineKind.FIXED
        for row in reversed(self._subscriptions.get(patient_id, [])):
            begun = row.period.lower < day if ended else row.period.lower <= day
            if row.package.code == line.package and begun:
                return row
        raise HistoryError.at(
            "subscription",
            "no_subscription",
            f"no subscription to {line.package} had begun by {day}; rewrite the subscriptions",
        )
