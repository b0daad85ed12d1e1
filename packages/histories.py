"""A person's history as packages.pricing takes it, read from the rows of many people at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from packages.catalogue import PriceBook
from packages.models import Do, SubscriptionEvent, UsageRecord
from packages.pricing import history as pricing
from packages.pricing.offering import Package as PricedPackage
from packages.pricing.policy import Policy
from packages.pricing.terms import trial_end


@dataclass(frozen=True, slots=True)
class Recorded:
    """What stands in the database about one person: decisions in sequence, usage."""

    events: Sequence[SubscriptionEvent]
    usage: Sequence[UsageRecord] = ()


def recorded(patient_ids: Iterable[int]) -> dict[int, Recorded]:
    """Decisions and usage of these people; two queries however many they are."""
    ids = list(patient_ids)
    events: dict[int, list[SubscriptionEvent]] = defaultdict(list)
    for event in (
        SubscriptionEvent.objects.filter(patient_id__in=ids, withdrawn=False)
        .select_related("package")
        .order_by("patient_id", "sequence")
    ):
        events[event.patient_id].append(event)
    usage: dict[int, list[UsageRecord]] = defaultdict(list)
    for record in UsageRecord.objects.filter(patient_id__in=ids):
        usage[record.patient_id].append(record)
    return {patient_id: Recorded(events[patient_id], usage[patient_id]) for patient_id in ids}


def history(stored: Recorded, *, book: PriceBook, policy: Policy, through: date) -> pricing.History:
    """The history of one person. Every decision has its own package entry, so that terms agreed
    once are not changed by what is agreed later."""
    return pricing.History(
        policy=policy,
        packages={
            _key(event): priced(event, book) for event in stored.events if event.package is not None
        },
        events=[_event(event) for event in stored.events],
        usage=[
            pricing.UsageRecord(record.rated_on, record.component, record.quantity)
            for record in stored.usage
        ],
        through=through,
    )


def priced(event: SubscriptionEvent, book: PriceBook) -> PricedPackage:
    """The package that a decision names, on the terms of that decision."""
    assert event.package is not None, "only decisions that name a package are priced"
    return book.package(
        event.package,
        trial_days=event.trial_days,
        minimum_term_months=event.minimum_term_months,
        price_override=event.price_override,
    )


def billing_start(subscribed: SubscriptionEvent, first: SubscriptionEvent, book: PriceBook) -> date:
    """First paid day after `subscribed`: its own billing date, else the end of the only trial,
    which began with the person's `first` subscription."""
    free_until = subscribed.billing_from or trial_end(first.on, priced(first, book))
    return max(subscribed.on, free_until)


def _key(event: SubscriptionEvent) -> str:
    return str(event.sequence)


def _event(event: SubscriptionEvent) -> pricing.Event:
    match event.do:
        case Do.SUBSCRIBE:
            return pricing.Subscribe(event.on, _key(event), event.billing_from)
        case Do.CHANGE:
            return pricing.Change(event.on, _key(event))
        case Do.CANCEL:
            return pricing.Cancel(event.on, pricing.CancelWhen(event.when))
        case Do.STOP:
            return pricing.Stop(event.on)
        case _:
            return pricing.Revoke(event.on)
