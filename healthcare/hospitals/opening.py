"""The action that makes a hospital."""

from datetime import datetime

from django.db import transaction

from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.hospitals.models import Hospital


class HospitalExists(ValueError):
    """The code is taken by a hospital of another name."""


@transaction.atomic
def open_hospital(
    *,
    code: str,
    name: str,
    name_ja: str = "",
    timezone: str = "Asia/Tokyo",
    language: str = "en",
    telephone: str = "",
    watching_hours: str = "",
    now: datetime,
    by: Actor,
) -> Hospital:
    """Make a hospital; the same one again is left as it is.

    Raises:
        HospitalExists: the code belongs to a hospital of another name.
    """
    hospital, made = Hospital.objects.get_or_create(
        code=code,
        defaults={
            "name": name,
            "name_ja": name_ja,
            "timezone": timezone,
            "language": language,
            "telephone": telephone,
            "watching_hours": watching_hours,
        },
    )
    if not made and hospital.name != name:
        raise HospitalExists(f"The code {code!r} belongs to {hospital.name}: choose another.")
    if made:
        record(
            action="hospitals.open", subject_type="hospital", subject_id=hospital.pk, at=now, by=by
        )
    return hospital


@transaction.atomic
def set_patients_a_day(
    *, hospital: Hospital, patients: int | None, now: datetime, by: Actor
) -> Hospital:
    """How many patients one clinician may look at in a day; None for the installation's number."""
    hospital.patients_a_day = patients
    hospital.save(update_fields=["patients_a_day"])
    record(
        action="hospitals.budget_set",
        subject_type="hospital",
        subject_id=hospital.pk,
        details={"patients": patients},
        at=now,
        by=by,
    )
    return hospital
