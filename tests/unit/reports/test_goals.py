"""Goals: a clinician's for the person, else the scheme's; history kept; nonsense refused."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from healthcare.accounts.models import User
from healthcare.hospitals.scope import Scope
from healthcare.patients.models import Patient
from reports import goals
from reports.analysis.measured import Pressure
from reports.models import PatientGoal

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)


def test_the_scheme_speaks_until_a_clinician_does(
    system: Scope, hanako: Patient, alice: User
) -> None:
    before = goals.goal_for(patient=hanako, scheme="jsh2025-home", on=TODAY, now=NOW)
    assert before == Pressure(125, 75)
    goals.set_goal(patient=hanako, systolic=130, diastolic=80, now=NOW, by=alice)
    after = goals.goal_for(patient=hanako, scheme="jsh2025-home", on=TODAY, now=NOW)
    assert after == Pressure(130, 80)


def test_the_older_scheme_is_milder_from_75_years(system: Scope, hanako: Patient) -> None:
    hanako.birth_date = date(1950, 1, 1)
    goal = goals.goal_for(patient=hanako, scheme="jsh2019-home", on=TODAY, now=NOW)
    assert goal == Pressure(135, 85)


def test_a_new_goal_ends_the_old_one_and_keeps_it(
    system: Scope, hanako: Patient, alice: User
) -> None:
    later = NOW + timedelta(days=1)
    goals.set_goal(patient=hanako, systolic=130, diastolic=80, now=NOW, by=alice)
    goals.set_goal(patient=hanako, systolic=125, diastolic=75, now=later, by=alice)
    rows = PatientGoal.objects.filter(patient=hanako).order_by("period")
    assert [(r.systolic, r.period.lower, r.period.upper) for r in rows] == [
        (130, NOW, later),
        (125, later, None),
    ]


@pytest.mark.parametrize(("systolic", "diastolic"), [(89, 60), (181, 100), (130, 49), (100, 110)])
def test_an_implausible_goal_is_refused(
    system: Scope, hanako: Patient, alice: User, systolic: int, diastolic: int
) -> None:
    with pytest.raises(ValueError, match="no plausible goal"):
        goals.set_goal(patient=hanako, systolic=systolic, diastolic=diastolic, now=NOW, by=alice)
    with pytest.raises(IntegrityError), transaction.atomic():
        PatientGoal.objects.create(
            patient=hanako,
            systolic=systolic,
            diastolic=diastolic,
            period=DateTimeTZRange(NOW, None),
        )


def test_the_database_keeps_one_goal_at_a_time(system: Scope, hanako: Patient) -> None:
    PatientGoal.objects.create(
        patient=hanako, systolic=130, diastolic=80, period=DateTimeTZRange(NOW, None)
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        PatientGoal.objects.create(
            patient=hanako, systolic=125, diastolic=75, period=DateTimeTZRange(NOW, None)
        )
