from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models

from healthcare.accounts.models.user import User
from healthcare.history.tracking import tracked
from healthcare.hospitals.models import Hospital


@tracked()
class HospitalStaff(models.Model):
    """A clinician works at a hospital for a time; one hospital at a time."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="hospital_staff")
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="staff")
    period = DateTimeRangeField(help_text="half-open, [from, until)")
    is_lead = models.BooleanField(
        default=False, help_text="keeps the panels and reads the hospital's notices"
    )

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_hospital_at_a_time",
                expressions=[("user", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
            )
        ]
