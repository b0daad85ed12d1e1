"""What a person's next decision builds on, and what follows from it: no writing here.

The actions of `subscribing` and the preview of a member's page both go through `decide`, so what
was shown is what happens.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Max, Q

from healthcare.kernel.periods import local_date
from healthcare.patients.models import Patient
from healthcare.subscribers.models import Contract, Operator
from packages.catalogue import PriceBook, offered, pricing_policy
from packages.histories import Recorded, history, recorded
from packages.models import BillingPolicy, Do, Invoice, SubscriptionEvent
from packages.pricing.history import CancelWhen, Replayed
from packages.pricing.policy import Policy
from packages.pricing.problems import HistoryError, Problem
from packages.pricing.timeline import replay


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's decisions so far, and the terms of the operator that bills them."""

    patient: Patient
    operator: Operator
    policy: Policy
    stored: Recorded

    @property
    def events(self) -> list[SubscriptionEvent]:
        """Decisions in the order they were taken, withdrawn ones left out."""
        return list(self.stored.events)

    def with_event(self, event: SubscriptionEvent) -> "Standing":
        """The same with one more decision."""
        return replace(self, stored=replace(self.stored, events=[*self.stored.events, event]))

    def scheduled(self, on: date) -> list[SubscriptionEvent]:
        """Cancellations set for a day after `on`, as a migration brings them."""
        return [event for event in self.stored.events if event.do == Do.CANCEL and event.on > on]

    def without(self, events: list[SubscriptionEvent]) -> "Standing":
        """The same as if these decisions had not been taken."""
        left = [event for event in self.stored.events if event not in events]
        return replace(self, stored=replace(self.stored, events=left))

    def price_book(self, on: date) -> PriceBook:
        """The operator's prices, its taxes as of `on`."""
        return PriceBook(operator_id=self.operator.pk, on=on)

    def replayed(self, *, through: date) -> Replayed:
        """Documents before `through`, and subscriptions. Raises `HistoryError` in the words of
        one decision: its field, without its place in the history."""
        book = self.price_book(through)
        try:
            return replay(history(self.stored, book=book, policy=self.policy, through=through))
        except HistoryError as error:
            raise HistoryError([_own(problem) for problem in error.errors]) from error


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision thought through: its event (None when it only withdraws scheduled ones), the
    scheduled cancellations that give way, and how things stand after it."""

    event: SubscriptionEvent | None
    withdrawn: list[SubscriptionEvent]
    after: Standing


def standing_of(patient: Patient, *, payer: Contract | None = None) -> Standing:
    """Read it. `payer` is the contract of a first subscription; somebody who had one before stays
    with its operator."""
    stored = recorded([patient.pk])[patient.pk]
    contract = stored.events[0].payer_contract if stored.events else payer
    if contract is None:
        raise HistoryError.at("do", "not_subscribed", "there is no subscription; subscribe first")
    policy = BillingPolicy.objects.filter(operator_id=contract.operator_id).first()
    if policy is None:
        code = contract.operator.code
        raise HistoryError.at("operator", "no_policy", f"{code} has no billing policy; add one")
    return Standing(patient, contract.operator, pricing_policy(policy), stored)


def decide(
    standing: Standing,
    do: Do,
    *,
    on: date,
    package: str = "",
    when: CancelWhen = CancelWhen.PERIOD_END,
    payer: Contract | None = None,
) -> Decision:
    """Think a decision through, on the terms offered on its day.

    Raises `HistoryError` when the package is not on offer or the day lies before what was decided
    or billed already; whether the rules allow it, `Standing.replayed` says.
    """
    _refuse_past(standing, on)
    withdrawn = standing.scheduled(on) if do in (Do.CANCEL, Do.REVOKE) else []
    base = standing.without(withdrawn)
    if do is Do.REVOKE and withdrawn:
        return Decision(None, withdrawn, base)
    event = _proposed(base, do, on=on, package=package, when=when, payer=payer)
    return Decision(event, withdrawn, base.with_event(event))


def living_contract(patient: Patient, *, on: date) -> Contract:
    """The contract that this person has on a local day; the newest of several."""
    contract = (
        Contract.objects.select_related("operator")
        .filter(Q(ended_on=None) | Q(ended_on__gt=on), patient=patient, activated_on__lte=on)
        .order_by("-activated_on", "-pk")
        .first()
    )
    if contract is None:
        raise HistoryError.at(
            "payer_contract", "no_contract", "no living contract could pay; name another one"
        )
    return contract


def today_of(patient: Patient, *, now: datetime) -> date:
    """The local day at `now` where the person's operator is: the `on` of a page."""
    contract = living_contract(patient, on=now.date())
    return local_date(now, ZoneInfo(contract.operator.timezone))


def _proposed(
    standing: Standing,
    do: Do,
    *,
    on: date,
    package: str,
    when: CancelWhen,
    payer: Contract | None,
) -> SubscriptionEvent:
    event = SubscriptionEvent(
        patient=standing.patient, sequence=_next_sequence(standing.patient), do=do, on=on
    )
    match do:
        case Do.SUBSCRIBE | Do.CHANGE:
            offer = offered(operator_id=standing.operator.pk, code=package, on=on)
            event.package = offer.package
            event.trial_days = offer.trial_days
            event.minimum_term_months = offer.minimum_term_months
            event.payer_contract = payer
        case Do.CANCEL:
            event.when = when.value
    return event


def _refuse_past(standing: Standing, on: date) -> None:
    decided = [
        event.on
        for event in standing.stored.events
        if event.on <= local_date(event.recorded_at, ZoneInfo(standing.operator.timezone))
    ]
    billed = Invoice.objects.filter(patient=standing.patient).aggregate(last=Max("date"))["last"]
    for last, code, what in (
        (max(decided, default=None), "out_of_order", "decided"),
        (billed, "already_billed", "billed"),
    ):
        if last is not None and on < last:
            raise HistoryError.at("on", code, f"{last} was {what} already; choose {last} or later")


def _next_sequence(patient: Patient) -> int:
    last = SubscriptionEvent.objects.filter(patient=patient).aggregate(last=Max("sequence"))["last"]
    return (last or 0) + 1


def _own(problem: Problem) -> Problem:
    return Problem(
        index=None,
        field=problem["field"].rpartition(".")[2],
        code=problem["code"],
        detail=problem["detail"],
    )
