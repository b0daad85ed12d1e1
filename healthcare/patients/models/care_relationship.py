from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models

from healthcare.history.tracking import tracked
from healthcare.hospitals.models import Hospital, Ward
from healthcare.hospitals.scope import ScopedManager
from healthcare.patients.models.patient import Patient


@tracked()
class CareRelationship(models.Model):
    """A hospital cares for a person during a time, under the hospital's own patient number."""

    patient = models.ForeignKey(
        Patient, on_delete=models.CASCADE, related_name="care_relationships"
    )
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="care")
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, null=True, blank=True)
    hospital_patient_number = models.TextField(blank=True)
    doctor = models.TextField(blank=True, help_text="name printed on reports")
    period = DateTimeRangeField(help_text="half-open, [from, until)")

    objects = ScopedManager("patient", opens=("family",))

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="care_once_per_hospital_at_a_time",
                expressions=[
                    ("patient", RangeOperators.EQUAL),
                    ("hospital", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
        ]
