"""Keeps the `Subscription` rows equal to what a person's decisions say."""

from dataclasses import dataclass
from datetime import date

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import ProtectedError

from healthcare.patients.models import Patient
from healthcare.subscribers.models import Contract
from packages.catalogue import PriceBook
from packages.histories import billing_start
from packages.models import Do, Package, Subscription, SubscriptionEvent
from packages.pricing import history as pricing
from packages.pricing.problems import HistoryError


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A row as it should stand."""

    package: Package
    start: date
    end: date | None
    payer: Contract
    paid_from: date
    price_override: int | None


def rewrite(
    *,
    patient: Patient,
    events: list[SubscriptionEvent],
    rows: tuple[pricing.Subscription, ...],
    book: PriceBook,
) -> list[Subscription]:
    """Bring the rows of one person in line with a replayed history, in order of time.

    Rows keep their identity as long as package and first day stay: invoice lines hang on them.
    Raises `HistoryError` when a row that was billed would have to go.
    """
    wanted = [_wanted(row, events, book) for row in rows]
    standing = {
        (row.package_id, row.period.lower): row
        for row in Subscription.objects.select_for_update(of=("self",)).filter(patient=patient)
    }
    kept = {(entry.package.pk, entry.start) for entry in wanted}
    for key in standing.keys() - kept:
        _remove(standing.pop(key))
    return [
        _write(patient, entry, standing.get((entry.package.pk, entry.start))) for entry in wanted
    ]


def _wanted(row: pricing.Subscription, events: list[SubscriptionEvent], book: PriceBook) -> _Wanted:
    earlier = [event for event in events if event.on <= row.start]
    subscribed = [event for event in earlier if event.do == Do.SUBSCRIBE]
    named = [
        event
        for event in earlier
        if event.package is not None and event.package.code == row.package
    ]
    decision, entry = named[-1], subscribed[-1]
    assert decision.package is not None, "filtered by package"
    assert entry.payer_contract is not None, "the database demands it of every subscribe"
    return _Wanted(
        package=decision.package,
        start=row.start,
        end=row.end,
        payer=entry.payer_contract,
        paid_from=max(row.start, billing_start(entry, subscribed[0], book)),
        price_override=decision.price_override,
    )


def _remove(row: Subscription) -> None:
    try:
        row.delete()
    except ProtectedError as error:
        raise HistoryError.at(
            "on", "already_billed", f"{row.period.lower} was billed already; choose a later day."
        ) from error


def _write(patient: Patient, entry: _Wanted, row: Subscription | None) -> Subscription:
    period = DateRange(entry.start, entry.end)
    if row is None:
        return Subscription.objects.create(
            patient=patient,
            package=entry.package,
            operator_id=entry.payer.operator_id,
            payer_contract=entry.payer,
            period=period,
            paid_from=entry.paid_from,
            price_override=entry.price_override,
        )
    if row.period != period:
        row.period = period
        row.save(update_fields=["period"])
    return row
