from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models

from healthcare.accounts.models import User
from healthcare.history.tracking import tracked
from healthcare.hospitals.scope import ScopedManager
from healthcare.patients.models import Patient


@tracked()
class PatientGoal(models.Model):
    """The treatment goal a clinician set for this person, for a time (mmHg)."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="goals")
    systolic = models.PositiveSmallIntegerField()
    diastolic = models.PositiveSmallIntegerField()
    period = DateTimeRangeField(help_text="half-open, [set, replaced)")
    set_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True)

    objects = ScopedManager("patient", opens=("family",))

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_goal_at_a_time",
                expressions=[
                    ("patient", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=models.Q(systolic__range=(90, 180), diastolic__range=(50, 120))
                & models.Q(systolic__gt=models.F("diastolic")),
                name="goal_is_plausible",
            ),
        ]
