"""Treatment goals: set by a clinician for a person, else the scheme's default."""

from datetime import date, datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from healthcare.accounts.models import User
from healthcare.audit.recording import record
from healthcare.patients.models import Patient
from reports.analysis import schemes
from reports.analysis.measured import Pressure
from reports.models import PatientGoal, PatientState


def own_goal(*, patient_id: int, now: datetime) -> Pressure | None:
    """The goal a clinician set for this person and that stands at `now`."""
    goal = PatientGoal.objects.filter(patient_id=patient_id, period__contains=now).first()
    return Pressure(goal.systolic, goal.diastolic) if goal else None


def goal_for(*, patient: Patient, scheme: str, on: date, now: datetime) -> Pressure:
    """The person's own goal, else the default of the scheme at their age."""
    own = own_goal(patient_id=patient.pk, now=now)
    return own or default_goal(patient=patient, scheme=scheme, on=on)


def default_goal(*, patient: Patient, scheme: str, on: date) -> Pressure:
    """What the scheme says at the person's age, for who has no goal of their own."""
    return schemes.named(scheme).default_goal(patient.age_on(on))


@transaction.atomic
def set_goal(
    *, patient: Patient, systolic: int, diastolic: int, now: datetime, by: User
) -> PatientGoal:
    """Set the goal from `now` on; the former one stays as history.

    Raises ValueError when the numbers are no plausible goal (90-180 over 50-120).
    """
    if not (90 <= systolic <= 180 and 50 <= diastolic <= 120 and systolic > diastolic):
        raise ValueError(
            f"{systolic}/{diastolic} is no plausible goal: systolic 90 to 180, diastolic 50 to 120."
        )
    # One person's goals change one after the other: the exclusion constraint is the last word.
    Patient.objects.select_for_update(of=("self",)).get(pk=patient.pk)
    standing = PatientGoal.objects.filter(patient=patient, period__contains=now).first()
    if standing is not None:
        if (standing.systolic, standing.diastolic) == (systolic, diastolic):
            return standing
        standing.period = DateTimeTZRange(standing.period.lower, now)
        standing.save(update_fields=["period"])
    goal = PatientGoal.objects.create(
        patient=patient,
        systolic=systolic,
        diastolic=diastolic,
        period=DateTimeTZRange(now, None),
        set_by=by,
    )
    PatientState.objects.filter(patient=patient).update(news_at=now)
    record(
        action="reports.goal_set",
        subject_type="patient_goal",
        subject_id=goal.pk,
        patient_id=patient.pk,
        at=now,
        by=by.actor,
    )
    return goal
