"""Invoices and credit notes as values: everything due on one day, taxed together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from healthcare.kernel.periods import Period
from packages.pricing.policy import Policy
from packages.pricing.tax import Balance, Billed, tax_of_change

NOTHING_BILLED: Balance = MappingProxyType({})
_ZERO = Billed(amount=0, tax=0)


class LineKind(StrEnum):
    """Why a line is there."""

    FIXED = "fixed"
    """The price of a period or of a part of it; negative when given back."""
    USAGE = "usage"
    TERM_FEE = "term_fee"


class DocumentKind(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    """A document with a negative total."""


@dataclass(frozen=True, slots=True)
class Line:
    """One position. `amount` is minor units, gross when the policy's prices include tax."""

    kind: LineKind
    package: str
    period: Period
    amount: int
    tax_rate: Decimal
    component: str | None = None
    """Of a usage line."""
    quantity: int | None = None


@dataclass(frozen=True, slots=True)
class TaxTotal:
    """Net and tax of a document at one rate, minor units."""

    rate: Decimal
    net: int
    tax: int


@dataclass(frozen=True, slots=True)
class Document:
    """What one day asks for or gives back."""

    kind: DocumentKind
    date: date
    lines: tuple[Line, ...]
    taxes: tuple[TaxTotal, ...]
    """One a rate, by ascending rate."""

    @property
    def net(self) -> int:
        """Sum without tax."""
        return sum(total.net for total in self.taxes)

    @property
    def tax(self) -> int:
        """Sum of the taxes, each rounded once."""
        return sum(total.tax for total in self.taxes)

    @property
    def total(self) -> int:
        """What is paid, or when negative given back."""
        return self.net + self.tax


def document(
    *, on: date, lines: Iterable[Line], policy: Policy, billed: Balance = NOTHING_BILLED
) -> Document | None:
    """The document of one day, or None when it would be zero.

    Lines of the same thing (kind, package, component, period and rate) become one; a line of zero
    is left out. ``billed`` is what the documents that a negative sum takes back have asked for.
    """
    kept = _merged(lines)
    amounts: dict[Decimal, int] = {}
    for line in kept:
        amounts[line.tax_rate] = amounts.get(line.tax_rate, 0) + line.amount
    taxes = tuple(
        _tax_total(rate, amounts[rate], billed.get(rate, _ZERO), policy) for rate in sorted(amounts)
    )
    if all(total.net == 0 and total.tax == 0 for total in taxes):
        return None
    negative = sum(total.net + total.tax for total in taxes) < 0
    kind = DocumentKind.CREDIT_NOTE if negative else DocumentKind.INVOICE
    return Document(kind=kind, date=on, lines=kept, taxes=taxes)


def billed_after(billed: Balance, issued: Document) -> dict[Decimal, Billed]:
    """The balance once ``issued`` is out: the ``billed`` of the next credit."""
    after = dict(billed)
    taxes: Mapping[Decimal, int] = {total.rate: total.tax for total in issued.taxes}
    for rate, tax in taxes.items():
        amount = sum(line.amount for line in issued.lines if line.tax_rate == rate)
        before = after.get(rate, _ZERO)
        after[rate] = Billed(amount=before.amount + amount, tax=before.tax + tax)
    return after


def _tax_total(rate: Decimal, amount: int, before: Billed, policy: Policy) -> TaxTotal:
    tax = tax_of_change(
        amount, rate, before, rounding=policy.tax_rounding, inclusive=policy.tax_inclusive
    )
    net = amount - tax if policy.tax_inclusive else amount
    return TaxTotal(rate=rate, net=net, tax=tax)


def _merged(lines: Iterable[Line]) -> tuple[Line, ...]:
    merged: dict[Line, Line] = {}
    for line in lines:
        key = replace(line, amount=0, quantity=None)
        known = merged.get(key)
        merged[key] = line if known is None else _sum(known, line)
    return tuple(line for line in merged.values() if line.amount != 0)


def _sum(one: Line, other: Line) -> Line:
    quantity = None
    if one.quantity is not None and other.quantity is not None:
        quantity = one.quantity + other.quantity
    return replace(one, amount=one.amount + other.amount, quantity=quantity)
