"""Break-glass: in an emergency a clinician opens one person's record outside their care.

Read only, one person, with a reason in words, for 60 minutes. The person is found by exact
identifiers and never browsed. The member reads of it, and so do the leads of the hospitals that
care for them and of the hospital where the clinician works.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q

from healthcare.accounts.models import HospitalStaff, User
from healthcare.audit.counting import times_done_by
from healthcare.audit.recording import Detail, record
from healthcare.hospitals.models import Hospital
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients import consenting
from healthcare.patients.models import (
    BreakGlass,
    CareRelationship,
    Notice,
    NoticeKind,
    Patient,
    Purpose,
)
from healthcare.patients.models.break_glass import LASTS, SHORTEST_REASON

# Names and numbers are not to be guessed: so many misses an hour, then the door stays shut.
MISSES = 10
MISSED = "patients.breakglass_missed"
MISSES_WITHIN = timedelta(hours=1)

Refusal = Literal["reason", "identity", "misses", "nobody", "several"]


class NotOpened(ValueError):
    """Nothing was opened; `why` says it in a word.

    `nobody` and `several` mean that the identifiers name no one person.
    """

    def __init__(self, why: Refusal) -> None:
        super().__init__(why)
        self.why = why


class InYourCare(ValueError):
    """The person is in the hospital's own care and consents: no glass stands before them."""

    def __init__(self, patient_id: int) -> None:
        super().__init__("The person is in the hospital's care.")
        self.patient_id = patient_id


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is meant: a hospital with its own number for the patient, or full name and birth date.

    Names in kanji or in kana, exactly as the record has them.
    """

    hospital_code: str = ""
    patient_number: str = ""
    family_name: str = ""
    given_name: str = ""
    birth_date: date | None = None

    @property
    def kind(self) -> str:
        """`number`, `name`, or nothing when it is incomplete."""
        if self.hospital_code and self.patient_number:
            return "number"
        return "name" if self.family_name and self.given_name and self.birth_date else ""


def open_record(*, identity: Identity, reason: str, now: datetime, by: HospitalStaff) -> BreakGlass:
    """Open one person's record to one clinician for 60 minutes. Asked again meanwhile, the
    opening that stands is returned.

    Misses are recorded too: without the names, and not undone by the error.

    Raises:
        NotOpened: no reason of at least `SHORTEST_REASON` letters, or not exactly one person.
        InYourCare: the clinician may see this person anyway.
    """
    reason = " ".join(reason.split())
    if len(reason) < SHORTEST_REASON:
        raise NotOpened("reason")
    if not identity.kind:
        raise NotOpened("identity")
    # The one look-up that no scope of a clinician covers; it answers with one person or none.
    with acting_in(Scope.system("break-glass: one person by exact identifiers")):
        if times_done_by(by.user.actor, actions=[MISSED], since=now - MISSES_WITHIN) >= MISSES:
            raise NotOpened("misses")
        found = _matching(identity, now)
        if len(found) == 1:
            if _cared_for(found[0], by.hospital_id, now):
                raise InYourCare(found[0].pk)
            return _open(found[0], reason, now, by)
        _note(by.user, MISSED, details={"asked_by": identity.kind}, now=now)
    raise NotOpened("several" if found else "nobody")


@transaction.atomic
def end(*, opening: BreakGlass, now: datetime, by: User) -> None:
    """End an opening before its time; one that is over stays as it was."""
    if not (opening.period.lower < now < opening.period.upper):
        return
    opening.period = DateTimeTZRange(opening.period.lower, now)
    opening.save(update_fields=["period"])
    _note(by, "patients.breakglass_ended", patient_id=opening.patient_id, now=now)


def standing(*, user: User, now: datetime) -> list[BreakGlass]:
    """What this clinician has open now, their patients loaded; ask it in `Scope.opened`."""
    return list(
        BreakGlass.objects.filter(user=user, period__contains=now).select_related("patient")
    )


def _matching(identity: Identity, now: datetime) -> list[Patient]:
    if identity.kind == "number":
        care = CareRelationship.objects.filter(
            hospital__code=identity.hospital_code,
            hospital_patient_number=_plain(identity.patient_number),
            period__contains=now,
        )
        return list(Patient.objects.filter(pk__in=care.values("patient_id"))[:2])
    family, given = _plain(identity.family_name), _plain(identity.given_name)
    return list(
        Patient.objects.filter(birth_date=identity.birth_date, replaced_by=None).filter(
            Q(family_name=family, given_name=given)
            | Q(family_name_kana=family, given_name_kana=given)
        )[:2]
    )


def _plain(text: str) -> str:
    """Full-width digits and letters as their plain twins, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _cared_for(patient: Patient, hospital_id: int, now: datetime) -> bool:
    return (
        consenting.stands(patient_id=patient.pk, purpose=Purpose.CARE, now=now)
        and CareRelationship.objects.filter(
            patient=patient, hospital_id=hospital_id, period__contains=now
        ).exists()
    )


def _open(patient: Patient, reason: str, now: datetime, by: HospitalStaff) -> BreakGlass:
    Patient.objects.select_for_update(of=("self",)).get(pk=patient.pk)
    stands = BreakGlass.objects.filter(
        user=by.user, hospital_id=by.hospital_id, patient=patient, period__contains=now
    ).first()
    if stands is not None:
        return stands
    opening = BreakGlass.objects.create(
        user=by.user,
        hospital_id=by.hospital_id,
        patient=patient,
        reason=reason,
        period=DateTimeTZRange(now, now + LASTS),
    )
    caring = CareRelationship.objects.filter(patient=patient, period__contains=now)
    told = {*caring.values_list("hospital_id", flat=True), by.hospital_id}
    Notice.objects.bulk_create(
        Notice(
            hospital=hospital,
            kind=NoticeKind.BREAK_GLASS,
            at=now,
            about=by.user,
            reason=reason,
            opening=opening,
        )
        for hospital in Hospital.objects.filter(pk__in=told)
    )
    _note(by.user, "patients.breakglass_opened", patient_id=patient.pk, now=now, subject=opening.pk)
    return opening


def _note(
    user: User,
    action: str,
    *,
    patient_id: int | None = None,
    details: dict[str, Detail] | None = None,
    now: datetime,
    subject: object = "",
) -> None:
    record(
        action=action,
        subject_type="breakglass",
        subject_id=subject,
        patient_id=patient_id,
        details=details,
        at=now,
        by=user.actor,
    )
