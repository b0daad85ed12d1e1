"""Care relationships: a hospital begins and ends caring for a person."""

from datetime import datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.hospitals.models import Hospital
from healthcare.patients.models import CareRelationship, Patient


@transaction.atomic
def begin(
    *,
    patient: Patient,
    hospital: Hospital,
    since: datetime,
    hospital_patient_number: str = "",
    doctor: str = "",
    now: datetime,
    by: Actor,
) -> CareRelationship:
    """The hospital cares for this person from `since` on; a second call changes nothing."""
    Patient.objects.select_for_update(of=("self",)).get(pk=patient.pk)
    standing = CareRelationship.objects.filter(
        patient=patient, hospital=hospital, period__contains=now
    ).first()
    if standing is not None:
        return standing
    care = CareRelationship.objects.create(
        patient=patient,
        hospital=hospital,
        period=DateTimeTZRange(since, None),
        hospital_patient_number=hospital_patient_number,
        doctor=doctor,
    )
    record(
        action="patients.care_begun",
        subject_type="hospital",
        subject_id=hospital.pk,
        patient_id=patient.pk,
        at=now,
        by=by,
    )
    return care


@transaction.atomic
def end(*, patient: Patient, hospital: Hospital, now: datetime, by: Actor) -> None:
    """The hospital's care for this person ends at `now`; without one standing, nothing happens."""
    care = CareRelationship.objects.filter(
        patient=patient, hospital=hospital, period__contains=now
    ).first()
    if care is None:
        return
    care.period = DateTimeTZRange(care.period.lower, now)
    care.save(update_fields=["period"])
    record(
        action="patients.care_ended",
        subject_type="hospital",
        subject_id=hospital.pk,
        patient_id=patient.pk,
        at=now,
        by=by,
    )
