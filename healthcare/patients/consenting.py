"""Consent by purpose: given, withdrawn, asked."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.patients.models import Consent, Patient, Purpose


def standing(*, patient_id: int, now: datetime) -> list[Purpose]:
    """The purposes this person agrees to at `now`, in the order of `Purpose`."""
    given = set(
        Consent.objects.filter(patient_id=patient_id, period__contains=now).values_list(
            "purpose", flat=True
        )
    )
    return [purpose for purpose in Purpose if purpose in given]


def stands(*, patient_id: int, purpose: Purpose, now: datetime) -> bool:
    """Whether this one consent stands at `now`."""
    return Consent.objects.filter(
        patient_id=patient_id, purpose=purpose, period__contains=now
    ).exists()


def stand_for_good(*, patient_id: int, purposes: Iterable[Purpose], now: datetime) -> bool:
    """Whether all of these stand at `now` and nobody has withdrawn one since: `now` may be some
    seconds old when a long task comes to its effect. They stay until the transaction ends, because
    a withdrawal waits for it."""
    wanted = set(purposes)
    rows = (
        Consent.objects.select_for_update(of=("self",))
        .filter(patient_id=patient_id, purpose__in=wanted, period__contains=now)
        .filter(period__upper_inf=True)
    )
    return {row.purpose for row in rows} == {purpose.value for purpose in wanted}


@transaction.atomic
def give(
    *,
    patient: Patient,
    purposes: Iterable[Purpose],
    since: datetime,
    terms: str = "",
    now: datetime,
    by: Actor,
) -> list[Purpose]:
    """Record that the person agrees from `since` on. What already stands is left alone.
    `terms` is the version of the terms that they were shown, kept with the consent.

    Returns the purposes standing at `now`. Raises ValueError for a start in the future: a consent
    is a fact, not a plan.
    """
    if since > now:
        raise ValueError(f"A consent cannot start in the future: {since.isoformat()}.")
    # One person's consents change one after the other: a double click must not end in an error.
    Patient.objects.select_for_update(of=("self",)).get(pk=patient.pk)
    for purpose in purposes:
        if stands(patient_id=patient.pk, purpose=purpose, now=now):
            continue
        ended = (
            Consent.objects.filter(patient=patient, purpose=purpose, period__endswith__gt=since)
            .order_by("-period__endswith")
            .first()
        )
        # Between two periods the person had not agreed, and a later yes does not change that.
        start = ended.period.upper if ended else since
        Consent.objects.create(
            patient=patient,
            purpose=purpose,
            period=DateTimeTZRange(start, None),
            given_by=str(by),
            terms=terms,
        )
        record(
            action="patients.consent_given",
            subject_type="consent",
            subject_id=purpose.value,
            patient_id=patient.pk,
            details={"since": start.isoformat(), **({"terms": terms} if terms else {})},
            at=now,
            by=by,
        )
    return standing(patient_id=patient.pk, now=now)


@transaction.atomic
def withdraw(
    *, patient: Patient, purposes: Iterable[Purpose], now: datetime, by: Actor
) -> list[Purpose]:
    """End these consents at `now`. Returns what still stands."""
    for purpose in purposes:
        consent = (
            Consent.objects.select_for_update(of=("self",))
            .filter(patient=patient, purpose=purpose, period__contains=now)
            .first()
        )
        if consent is None:
            continue
        if consent.period.lower == now:
            consent.delete()
        else:
            consent.period = DateTimeTZRange(consent.period.lower, now)
            consent.withdrawn_by = str(by)
            consent.save(update_fields=["period", "withdrawn_by"])
        record(
            action="patients.consent_withdrawn",
            subject_type="consent",
            subject_id=purpose.value,
            patient_id=patient.pk,
            at=now,
            by=by,
        )
    return standing(patient_id=patient.pk, now=now)
