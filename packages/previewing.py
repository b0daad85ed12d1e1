"""What a decision would cost, before it is taken: the final screen a member confirms."""

from dataclasses import dataclass
from datetime import date

from healthcare.kernel.periods import add_months, calendar_month
from healthcare.patients.models import Patient
from packages.decisions import Standing, decide, living_contract, standing_of
from packages.models import Do
from packages.pricing.documents import NOTHING_BILLED, Document, billed_after, document
from packages.pricing.history import CancelWhen, Replayed, Subscription
from packages.pricing.tax import Balance
from packages.reconciling import negated

MONTHS_AHEAD = 2


@dataclass(frozen=True, slots=True)
class ChangePreview:
    """Now and then. Amounts are minor units of `currency`."""

    on: date
    currency: str
    tax_inclusive: bool
    now: Subscription | None
    """What runs on the day, before the decision."""
    then: Subscription | None
    """What runs once it has taken effect; None after a cancellation."""
    effective_on: date
    """First day on which something is different."""
    due: Document | None
    """What the decision itself asks for or gives back on its day."""
    upcoming: tuple[Document, ...]
    """Documents dated after it, in the following months."""


def preview(
    *,
    patient: Patient,
    do: Do,
    package: str = "",
    when: CancelWhen = CancelWhen.PERIOD_END,
    on: date,
) -> ChangePreview:
    """Take the decision in thought. Raises `HistoryError` where the action would."""
    payer = living_contract(patient, on=on) if do == Do.SUBSCRIBE else None
    standing = standing_of(patient, payer=payer)
    through = add_months(calendar_month(on).end, MONTHS_AHEAD)
    before = standing.replayed(through=through)
    decision = decide(standing, do, on=on, package=package, when=when, payer=payer)
    after = decision.after.replayed(through=through)
    effective_on = _first_difference(before, after, on)
    return ChangePreview(
        on=on,
        currency=standing.operator.currency,
        tax_inclusive=standing.policy.tax_inclusive,
        now=_running(before, on),
        then=_running(after, effective_on),
        effective_on=effective_on,
        due=_due(standing, before, after, on),
        upcoming=tuple(issued for issued in after.documents if issued.date > on),
    )


def _running(replayed: Replayed, day: date) -> Subscription | None:
    for row in replayed.subscriptions:
        if row.start <= day and (row.end is None or day < row.end):
            return row
    return None


def _first_difference(before: Replayed, after: Replayed, on: date) -> date:
    """The first day from `on` on which another package runs; `on` when none ever does."""
    turns = {on}
    for row in (*before.subscriptions, *after.subscriptions):
        turns |= {day for day in (row.start, row.end) if day is not None and day > on}
    for day in sorted(turns):
        one, other = _running(before, day), _running(after, day)
        if (one and one.package) != (other and other.package):
            return day
    return on


def _due(standing: Standing, before: Replayed, after: Replayed, on: date) -> Document | None:
    """The document of the day, less what would be due on it anyway."""
    asked = _of_day(after, on)
    anyway = _of_day(before, on)
    if anyway is None:
        return asked
    lines = [*(asked.lines if asked else ()), *map(negated, anyway.lines)]
    billed: Balance = NOTHING_BILLED
    for issued in before.documents:
        if issued.date <= on and any(line.period.end > on for line in issued.lines):
            billed = billed_after(billed, issued)
    return document(on=on, lines=lines, policy=standing.policy, billed=billed)


def _of_day(replayed: Replayed, day: date) -> Document | None:
    return next((issued for issued in replayed.documents if issued.date == day), None)
