"""Panels: which of a hospital's patients somebody watches. They narrow what is shown, never more.

A clinician joins and leaves; whoever watches a panel, and the lead, puts patients on it and takes
them off; the lead makes and closes panels and says who watches them. Every action expects the
scope of the hospital: patients outside it cannot be put on a panel.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Exists, OuterRef, QuerySet

from healthcare.accounts.models import HospitalStaff, User
from healthcare.audit.recording import Detail, record
from healthcare.hospitals.models import Hospital
from healthcare.patients.models import Panel, PanelPatient, PanelStaff, Patient


class PanelRefused(ValueError):
    """The change is not possible; the message says why in a word: `lead`, `member`, `name` or
    `staff`."""


def of_hospital(hospital: Hospital) -> QuerySet[Panel]:
    """The hospital's open panels, by name."""
    return Panel.objects.filter(hospital=hospital, closed_at=None)


def watched_by(user: User, *, hospital: Hospital, now: datetime) -> list[Panel]:
    """The open panels of this hospital that the clinician watches, by name."""
    return list(
        of_hospital(hospital).filter(staff__user=user, staff__period__contains=now).distinct()
    )


def on_panels(panel_ids: Sequence[int], *, now: datetime) -> QuerySet[PanelPatient]:
    """Who is on these panels at `now`, as far as the scope shows them."""
    return PanelPatient.objects.filter(panel_id__in=panel_ids, period__contains=now)


def panels_beside(
    patient: Patient, *, hospital: Hospital, now: datetime
) -> tuple[list[Panel], list[Panel]]:
    """The hospital's open panels, by name: those that a patient is on, and the others."""
    places = PanelPatient.objects.filter(
        patient=patient, panel_id=OuterRef("pk"), period__contains=now
    )
    found = list(of_hospital(hospital).annotate(has_patient=Exists(places)))
    return [p for p in found if p.has_patient], [p for p in found if not p.has_patient]


@transaction.atomic
def make(*, name: str, now: datetime, by: HospitalStaff) -> Panel:
    """Make a panel; for the lead. Raises `PanelRefused`: `lead`, or `name` when it is empty or an
    open panel has it."""
    _must_lead(by)
    name = " ".join(name.split())
    if not name or of_hospital(by.hospital).filter(name=name).exists():
        raise PanelRefused("name")
    panel = Panel.objects.create(hospital=by.hospital, name=name, created_at=now)
    _note("panel_made", panel, now=now, by=by)
    return panel


@transaction.atomic
def close(*, panel: Panel, now: datetime, by: HospitalStaff) -> None:
    """End a panel and everybody's place on it; for the lead."""
    _must_lead(by)
    panel.closed_at = now
    panel.save(update_fields=["closed_at"])
    for patient in PanelPatient.objects.filter(panel=panel, period__contains=now):
        _end(patient, now)
    for staff in PanelStaff.objects.filter(panel=panel, period__contains=now):
        _end(staff, now)
    _note("panel_closed", panel, now=now, by=by)


@transaction.atomic
def join(*, panel: Panel, user: User, now: datetime, by: HospitalStaff) -> None:
    """The clinician watches the panel from now on: oneself, or somebody whom the lead assigns.

    Raises `PanelRefused`: `lead` when it is somebody else, `staff` when they do not work here.
    """
    if user.pk != by.user_id:
        _must_lead(by)
    works_here = HospitalStaff.objects.filter(
        user=user, hospital_id=panel.hospital_id, period__contains=now
    )
    if not works_here.exists():
        raise PanelRefused("staff")
    Panel.objects.select_for_update().get(pk=panel.pk)
    if _watches(panel, user, now):
        return
    PanelStaff.objects.create(panel=panel, user=user, period=DateTimeTZRange(now, None))
    _note("panel_joined", panel, now=now, by=by, user=user)


@transaction.atomic
def leave(*, panel: Panel, user: User, now: datetime, by: HospitalStaff) -> None:
    """The clinician watches the panel no longer. Raises `PanelRefused`: `lead`."""
    if user.pk != by.user_id:
        _must_lead(by)
    standing = PanelStaff.objects.filter(panel=panel, user=user, period__contains=now).first()
    if standing is None:
        return
    _end(standing, now)
    _note("panel_left", panel, now=now, by=by, user=user)


@transaction.atomic
def put_on(*, panel: Panel, patient: Patient, now: datetime, by: HospitalStaff) -> None:
    """Put a patient on a panel; for those who watch it, and the lead. Raises `PanelRefused`."""
    _must_keep(panel, now, by)
    Panel.objects.select_for_update().get(pk=panel.pk)
    if PanelPatient.objects.filter(panel=panel, patient=patient, period__contains=now).exists():
        return
    PanelPatient.objects.create(panel=panel, patient=patient, period=DateTimeTZRange(now, None))
    _note("panel_patient_on", panel, now=now, by=by, patient=patient)


@transaction.atomic
def take_off(*, panel: Panel, patient: Patient, now: datetime, by: HospitalStaff) -> None:
    """Take a patient off a panel; for those who watch it, and the lead. Raises `PanelRefused`."""
    _must_keep(panel, now, by)
    standing = PanelPatient.objects.filter(
        panel=panel, patient=patient, period__contains=now
    ).first()
    if standing is None:
        return
    _end(standing, now)
    _note("panel_patient_off", panel, now=now, by=by, patient=patient)


def _must_lead(by: HospitalStaff) -> None:
    if not by.is_lead:
        raise PanelRefused("lead")


def _must_keep(panel: Panel, now: datetime, by: HospitalStaff) -> None:
    if not by.is_lead and not _watches(panel, by.user, now):
        raise PanelRefused("member")


def _watches(panel: Panel, user: User, now: datetime) -> bool:
    return PanelStaff.objects.filter(panel=panel, user=user, period__contains=now).exists()


def _end(row: PanelPatient | PanelStaff, now: datetime) -> None:
    if row.period.lower == now:
        row.delete()
        return
    row.period = DateTimeTZRange(row.period.lower, now)
    row.save(update_fields=["period"])


def _note(
    verb: str,
    panel: Panel,
    *,
    now: datetime,
    by: HospitalStaff,
    user: User | None = None,
    patient: Patient | None = None,
) -> None:
    details: dict[str, Detail] = {"user": user.pk} if user else {}
    record(
        action=f"patients.{verb}",
        subject_type="panel",
        subject_id=panel.pk,
        patient_id=patient.pk if patient else None,
        details=details,
        at=now,
        by=by.user.actor,
    )
