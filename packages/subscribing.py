"""A person takes, changes or cancels a package, or takes such a decision back.

Every decision is one `SubscriptionEvent`; what follows from it (which package when, what it costs)
is found by `packages.pricing`, here, in the preview and in the billing run alike. A decision that
the rules refuse raises `HistoryError`, which names the field, the reason and the cure.

All actions are called inside `acting_in(scope)`; `on` is a local day of the operator.
"""

from datetime import date, datetime

from django.db import transaction

from healthcare.audit.actors import Actor
from healthcare.audit.recording import Detail, record
from healthcare.kernel.periods import ONE_DAY
from healthcare.patients import consenting
from healthcare.patients.models import Patient, Purpose
from healthcare.subscribers.models import Contract
from packages import projecting
from packages.adopting import adopt_migrated
from packages.decisions import Decision, Standing, decide, living_contract, standing_of, today_of
from packages.models import Do, Subscription
from packages.previewing import preview
from packages.pricing.history import CancelWhen
from packages.pricing.problems import HistoryError

__all__ = [
    "HistoryError",
    "adopt_migrated",
    "cancel",
    "change",
    "preview",
    "revoke",
    "subscribe",
    "today_of",
]


@transaction.atomic
def subscribe(
    *,
    patient: Patient,
    package: str,
    on: date,
    payer_contract: Contract | None = None,
    now: datetime,
    by: Actor,
) -> Subscription:
    """Take the package with this code from `on`.

    The person's own living contract pays unless another is given. Needs consent to care: without
    it nothing is stored, so there would be nothing to pay for.
    """
    _lock(patient)
    if not consenting.stands(patient_id=patient.pk, purpose=Purpose.CARE, now=now):
        raise HistoryError.at(
            "patient", "no_consent", "there is no consent to care; record the consent first"
        )
    payer = payer_contract or living_contract(patient, on=on)
    payer.refresh_from_db(fields=["ended_on"])
    if payer.ended_on is not None and payer.ended_on <= on:
        raise HistoryError.at(
            "payer_contract",
            "contract_ended",
            f"this contract ended on {payer.ended_on}; name a living one",
        )
    standing = standing_of(patient, payer=payer)
    if payer.operator_id != standing.operator.pk:
        code = standing.operator.code
        raise HistoryError.at(
            "payer_contract", "another_operator", f"{code} bills this person; name a contract there"
        )
    decision = decide(standing, Do.SUBSCRIBE, on=on, package=package, payer=payer)
    return _take(decision, Do.SUBSCRIBE, on=on, now=now, by=by)[-1]


@transaction.atomic
def change(*, patient: Patient, package: str, on: date, now: datetime, by: Actor) -> Subscription:
    """To another package: up at once, down when the running period ends.

    Returns the subscription to the new package; it begins later while the change is pending.
    """
    _lock(patient)
    decision = decide(standing_of(patient), Do.CHANGE, on=on, package=package)
    rows = _take(decision, Do.CHANGE, on=on, now=now, by=by)
    return next(row for row in reversed(rows) if row.package.code == package)


@transaction.atomic
def cancel(
    *,
    patient: Patient,
    when: CancelWhen = CancelWhen.PERIOD_END,
    on: date,
    now: datetime,
    by: Actor,
) -> Subscription:
    """Leave when the running period ends, or now, `on` being the last day used.

    Returns the subscription with its end. A cancellation scheduled for later gives way.
    """
    _lock(patient)
    decision = decide(standing_of(patient), Do.CANCEL, on=on, when=when)
    return _take(decision, Do.CANCEL, on=on, now=now, by=by)[-1]


@transaction.atomic
def revoke(*, patient: Patient, on: date, now: datetime, by: Actor) -> Subscription:
    """Take back a pending change or cancellation. Returns the subscription that goes on."""
    _lock(patient)
    decision = decide(standing_of(patient), Do.REVOKE, on=on)
    return _take(decision, Do.REVOKE, on=on, now=now, by=by)[-1]


def _take(decision: Decision, do: Do, *, on: date, now: datetime, by: Actor) -> list[Subscription]:
    """Let the decision happen. Returns the person's subscriptions in order of time."""
    for withdrawn in decision.withdrawn:
        withdrawn.withdrawn = True
        withdrawn.save(update_fields=["withdrawn"])
    details: dict[str, Detail] = {"on": on.isoformat()}
    if (event := decision.event) is not None:
        event.recorded_at, event.actor = now, str(by)
        event.save()
        if event.package is not None:
            details["package"] = event.package.code
    rows = _project(decision.after, on)
    patient_id = decision.after.patient.pk
    record(
        action=f"packages.{do.value}",
        subject_type="subscription",
        subject_id=rows[-1].pk,
        patient_id=patient_id,
        details=details,
        at=now,
        by=by,
    )
    return rows


def _project(standing: Standing, on: date) -> list[Subscription]:
    """Replay the decisions, scheduled ones included, and write the rows that follow."""
    last = max([on, *(event.on for event in standing.events)])
    return projecting.rewrite(
        patient=standing.patient,
        events=standing.events,
        rows=standing.replayed(through=last + ONE_DAY).subscriptions,
        book=standing.price_book(on),
    )


def _lock(patient: Patient) -> None:
    """One person's decisions are taken one after the other."""
    Patient.objects.select_for_update(of=("self",)).get(pk=patient.pk)
