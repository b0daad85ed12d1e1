"""What a person's history asks for, less what stands booked: the documents still to make.

Booking is by difference, so that a run repeated after a kill adds what is missing, and a decision
taken on a day that was billed already makes a second document of that day.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from healthcare.kernel.periods import Period
from packages.models import Invoice, InvoiceLine, LineKind
from packages.pricing import documents as pricing
from packages.pricing.documents import NOTHING_BILLED, Document, Line, billed_after, document
from packages.pricing.policy import Policy
from packages.pricing.tax import Balance


@dataclass(frozen=True, slots=True)
class Outstanding:
    """A document to make, and its place among those of its day."""

    document: Document
    sequence: int


def booked(patient_ids: Iterable[int], month: Period) -> dict[int, list[Document]]:
    """Documents of these people dated in a month, by date; three queries however many."""
    found: dict[int, list[Document]] = defaultdict(list)
    rows = (
        Invoice.objects.filter(
            patient_id__in=list(patient_ids), date__gte=month.start, date__lt=month.end
        )
        .prefetch_related("lines__package", "taxes")
        .order_by("patient_id", "date", "sequence")
    )
    for row in rows:
        found[row.patient_id].append(_document(row))
    return found


def outstanding(
    due: Sequence[Document], known: Sequence[Document], policy: Policy
) -> list[Outstanding]:
    """The documents that make `known` into `due`, in order of date."""
    days = sorted({document.date for document in (*due, *known)})
    wanted = {document.date: document for document in due}
    billed: Balance = NOTHING_BILLED
    missing = []
    for day in days:
        standing = [document for document in known if document.date == day]
        for earlier in standing:
            billed = billed_after(billed, earlier)
        made = _difference(wanted.get(day), standing, day, billed, policy)
        if made is not None:
            billed = billed_after(billed, made)
            missing.append(Outstanding(made, len(standing) + 1))
    return missing


def negated(line: Line) -> Line:
    """The line that takes this one back."""
    quantity = None if line.quantity is None else -line.quantity
    return replace(line, amount=-line.amount, quantity=quantity)


def _difference(
    due: Document | None,
    standing: Sequence[Document],
    day: date,
    billed: Balance,
    policy: Policy,
) -> Document | None:
    if not standing:
        return due
    taken_back = [negated(line) for document in standing for line in document.lines]
    lines = [*(due.lines if due else ()), *taken_back]
    return document(on=day, lines=lines, policy=policy, billed=billed)


def _document(row: Invoice) -> Document:
    return Document(
        kind=pricing.DocumentKind(row.kind),
        date=row.date,
        lines=tuple(_line(line) for line in row.lines.all()),
        taxes=tuple(pricing.TaxTotal(tax.rate, tax.net, tax.tax) for tax in row.taxes.all()),
    )


def _line(row: InvoiceLine) -> Line:
    kind = LineKind.FIXED if row.kind == LineKind.CREDIT else LineKind(row.kind)
    return Line(
        kind=pricing.LineKind(kind.value),
        package=row.package.code,
        period=Period(row.period.lower, row.period.upper),
        amount=row.amount,
        tax_rate=row.tax_rate,
        component=row.component or None,
        quantity=row.quantity,
    )
