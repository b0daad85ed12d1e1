"""Notices to a hospital's lead: an emergency opening, a lifted budget."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from healthcare.accounts.models import HospitalStaff
from healthcare.audit.recording import record
from healthcare.patients.models import Notice, Patient

LATEST = 100


class NotLead(ValueError):
    """Only a lead marks a notice as looked at."""


def latest(*, by: HospitalStaff) -> list[tuple[Notice, Patient | None]]:
    """The hospital's latest notices, those to look at first, each with its patient where the
    hospital may see them; ask it in the hospital's scope."""
    found = list(
        Notice.objects.filter(hospital_id=by.hospital_id)
        .select_related("about", "opening")
        .order_by(F("seen_at").desc(nulls_first=True), "-at")[:LATEST]
    )
    patients = Patient.objects.in_bulk({n.opening.patient_id for n in found if n.opening})
    return [(n, patients.get(n.opening.patient_id) if n.opening else None) for n in found]


def waiting(*, by: HospitalStaff) -> int:
    """How many notices the lead has not looked at; nobody else is asked to."""
    if not by.is_lead:
        return 0
    return Notice.objects.filter(hospital_id=by.hospital_id, seen_at=None).count()


@transaction.atomic
def look_at(*, notice_id: int, now: datetime, by: HospitalStaff) -> None:
    """Mark as looked at. Raises `NotLead`, `Notice.DoesNotExist`."""
    if not by.is_lead:
        raise NotLead("Only a lead marks a notice as looked at.")
    notice = Notice.objects.select_for_update(of=("self",)).get(
        pk=notice_id, hospital_id=by.hospital_id
    )
    if notice.seen_at is not None:
        return
    notice.seen_at, notice.seen_by = now, by.user
    notice.save(update_fields=["seen_at", "seen_by"])
    record(
        action="patients.notice_seen",
        subject_type="notice",
        subject_id=notice.pk,
        at=now,
        by=by.user.actor,
    )
