"""Actions that join two records of one person, and take them apart again.

Made simple on purpose: only contracts move, with the lines that hang on them. A record that is
more than its contracts (a log-in, a consent, care, a device, readings, an invoice) survives; where
both are more, nothing is joined, because nobody could take them apart again. The other record
stays, marked as replaced, and opens nothing.

Call these in a system scope. They take turns with imports, which settle whose contract is whose.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.patients.models import Patient
from healthcare.persons.models import Merge, Resemblance, ResemblanceState
from healthcare.subscribers.leading import LOCK
from healthcare.subscribers.models import Contract, ImportChange, Line, LineSuspension, Record
from healthcare.subscribers.undoing import pointing_to

SHORTEST_REASON = 15
LOG_IN = "log-in"
# What points to a person and is moved, or is about the pair itself.
_OF_A_PERSON: tuple[type[models.Model], ...] = (Contract, Merge, Resemblance, Patient)
# What belongs to a contract and goes where it goes.
_OF_A_CONTRACT: tuple[type[models.Model], ...] = (Line, LineSuspension)


class MergeRefused(ValueError):
    """What was asked cannot be; the sentence says what stands in the way."""


@transaction.atomic
def merge(*, resemblance_id: int, reason: str, now: datetime, by: Actor) -> Merge:
    """Join the two records of a pair.

    Raises:
        MergeRefused: the pair was decided, one of them is replaced, both are more than their
            contracts, or the reason is too short.
        Resemblance.DoesNotExist: there is no such pair.
    """
    reason = _in_words(reason)
    pair, people = _locked(resemblance_id)
    if pair.state != ResemblanceState.TO_REVIEW:
        raise MergeRefused(_("Somebody decided this pair already."))
    if any(person.replaced_by_id is not None for person in people.values()):
        raise MergeRefused(
            _("One of the two is joined with another record: take that apart first.")
        )
    held = {pk: kinds_of(pk) for pk in people}
    if sentence := _in_the_way(pair, held):
        raise MergeRefused(sentence)
    survivor, replaced = people[pair.earlier_id], people[pair.later_id]
    if held[replaced.pk]:
        survivor, replaced = replaced, survivor
    contracts = Contract.objects.filter(patient=replaced)
    ids = list(
        contracts.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True)
    )
    contracts.update(patient=survivor)
    replaced.replaced_by = survivor
    replaced.save(update_fields=["replaced_by"])
    joined = Merge.objects.create(
        resemblance=pair,
        survivor=survivor,
        replaced=replaced,
        contract_ids=ids,
        stood=held[survivor.pk],
        built=_built_on(ids),
        reason=reason,
        merged_at=now,
        merged_by=str(by),
    )
    _decide(pair, ResemblanceState.MERGED, now, by)
    _note("persons.merged", joined, now, by)
    return joined


@transaction.atomic
def unmerge(*, merge_id: int, reason: str, now: datetime, by: Actor) -> Merge:
    """Take two records apart again: what was moved goes back, and the pair waits to be looked at.

    Raises:
        MergeRefused: it was undone, a later one builds on it, or something else was built on it.
        Merge.DoesNotExist: there is no such merge.
    """
    reason = _in_words(reason)
    pair, people = _locked(Merge.objects.values_list("resemblance_id", flat=True).get(pk=merge_id))
    joined = Merge.objects.select_for_update(of=("self",)).get(pk=merge_id)
    if sentence := _built_since(joined, people[joined.survivor_id]):
        raise MergeRefused(sentence)
    Contract.objects.filter(pk__in=joined.contract_ids).update(patient_id=joined.replaced_id)
    replaced = people[joined.replaced_id]
    replaced.replaced_by = None
    replaced.save(update_fields=["replaced_by"])
    joined.undone_at, joined.undone_by, joined.undone_because = now, str(by), reason
    joined.save(update_fields=["undone_at", "undone_by", "undone_because"])
    pair.state, pair.decided_at, pair.decided_by = ResemblanceState.TO_REVIEW, None, ""
    pair.save(update_fields=["state", "decided_at", "decided_by"])
    _note("persons.unmerged", joined, now, by)
    return joined


@transaction.atomic
def not_the_same(*, resemblance_id: int, now: datetime, by: Actor) -> None:
    """These are two persons. Nobody is asked about the pair again. Again changes nothing.

    Raises:
        MergeRefused: they are joined.
    """
    pair, _people = _locked(resemblance_id)
    if pair.state == ResemblanceState.MERGED:
        raise MergeRefused(_("These records are joined: take them apart first."))
    if pair.state == ResemblanceState.TO_REVIEW:
        _decide(pair, ResemblanceState.NOT_THE_SAME, now, by)
        for person in (pair.earlier_id, pair.later_id):
            record(
                action="persons.not_the_same",
                subject_type="resemblance",
                subject_id=pair.pk,
                patient_id=person,
                at=now,
                by=by,
            )


def in_the_way(pair: Resemblance) -> str:
    """Why the two cannot be joined, in a sentence; empty when they can."""
    return _in_the_way(pair, {pk: kinds_of(pk) for pk in (pair.earlier_id, pair.later_id)})


def kinds_of(patient_id: int) -> list[str]:
    """The kinds of rows that point to a person, besides contracts; labels of models, sorted."""
    found = {
        model._meta.label
        for model, name in pointing_to(Patient)
        if model not in _OF_A_PERSON
        and model._default_manager.filter(**{name: patient_id}).exists()
    }
    if Patient.objects.filter(pk=patient_id, user__isnull=False).exists():
        found.add(LOG_IN)
    return sorted(found)


def _in_the_way(pair: Resemblance, held: dict[int, list[str]]) -> str:
    if not all(held.values()):
        return ""
    return _(
        "Both records are in use, and what belongs to a record is not moved. The first has %(one)s;"
        " the second has %(other)s."
    ) % {"one": _named(held[pair.earlier_id]), "other": _named(held[pair.later_id])}


def _named(labels: Collection[str]) -> str:
    """Kinds in a few words. What was measured is called that: who reads it may not know of what."""
    words = {
        LOG_IN: _("a log-in"),
        "patients.Consent": _("consents"),
        "patients.CareRelationship": _("the care of a hospital"),
        "devices.DeviceHolding": _("devices"),
        "packages.Subscription": _("a package"),
        "packages.Invoice": _("invoices"),
    }
    known = [words[label] for label in labels if label in words]
    rest = len(known) < len(labels)
    return ", ".join([*known, *([_("data of their own")] if rest else [])])


def _built_on(contract_ids: Collection[int]) -> dict[str, int]:
    """How many rows of each kind point to these contracts."""
    counted = {
        f"{model._meta.label}.{name}": model._default_manager.filter(
            **{f"{name}__in": contract_ids}
        ).count()
        for model, name in pointing_to(Contract)
        if model not in _OF_A_CONTRACT
    }
    return {kind: number for kind, number in counted.items() if number}


def _built_since(joined: Merge, survivor: Patient) -> str:
    """Why they cannot be taken apart; empty when they can."""
    if joined.undone_at is not None:
        return _("These records were taken apart already.")
    if survivor.replaced_by_id is not None:
        return _("The surviving record was joined with another since: take that apart first.")
    moved = Contract.objects.filter(pk__in=joined.contract_ids, patient=survivor)
    if moved.count() != len(joined.contract_ids):
        return _("A contract that was moved is no longer there or somebody else's.")
    new = set(kinds_of(survivor.pk)) - set(joined.stood)
    if new:
        return _("Since then the surviving record got %(what)s: whose that is nobody can tell.") % {
            "what": _named(sorted(new))
        }
    if _built_on(joined.contract_ids) != joined.built:
        return _("Since then something was built on a contract that was moved.")
    details = ImportChange.objects.filter(
        contract__in=joined.contract_ids,
        record=Record.PATIENT,
        batch__started_at__gt=joined.merged_at,
    ).values_list("batch_id", flat=True)
    if batch := details.first():
        return _("Import %(batch)s changed the person's details since: roll that back first.") % {
            "batch": batch
        }
    return ""


def _locked(resemblance_id: int) -> tuple[Resemblance, dict[int, Patient]]:
    """The pair and its two people, locked in one order: imports first, then the pair, then the
    people by id."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    pair = Resemblance.objects.select_for_update(of=("self",)).get(pk=resemblance_id)
    people = Patient.objects.select_for_update(of=("self",)).order_by("pk")
    return pair, {p.pk: p for p in people.filter(pk__in=(pair.earlier_id, pair.later_id))}


def _in_words(reason: str) -> str:
    reason = " ".join(reason.split())
    if len(reason) < SHORTEST_REASON:
        raise MergeRefused(_("Say why in at least %(least)s letters.") % {"least": SHORTEST_REASON})
    return reason


def _decide(pair: Resemblance, state: ResemblanceState, now: datetime, by: Actor) -> None:
    pair.state, pair.decided_at, pair.decided_by = state, now, str(by)
    pair.save(update_fields=["state", "decided_at", "decided_by"])


def _note(action: str, joined: Merge, now: datetime, by: Actor) -> None:
    """In the log of both: who asks after one of them later finds it."""
    for person in (joined.survivor_id, joined.replaced_id):
        record(
            action=action,
            subject_type="merge",
            subject_id=joined.pk,
            patient_id=person,
            details={"contracts": len(joined.contract_ids)},
            at=now,
            by=by,
        )
