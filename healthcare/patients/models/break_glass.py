from datetime import timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Length

from healthcare.accounts.models import User
from healthcare.history.tracking import tracked
from healthcare.hospitals.models import Hospital
from healthcare.hospitals.scope import ScopedManager
from healthcare.patients.models.patient import Patient

LASTS = timedelta(minutes=60)
SHORTEST_REASON = 15


@tracked()
class BreakGlass(models.Model):
    """A clinician opened one person's record in an emergency: why, and until when.

    It ends by itself when the period does; ending it earlier shortens the period.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="breakglass")
    hospital = models.ForeignKey(
        Hospital, on_delete=models.PROTECT, related_name="+", help_text="where the clinician works"
    )
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="breakglass")
    reason = models.TextField()
    period = DateTimeRangeField(help_text="half-open, at most 60 minutes")

    objects = ScopedManager("patient")

    class Meta:
        db_table = "patients_breakglass"
        ordering = ["-period", "-id"]
        constraints = [
            ExclusionConstraint(
                name="one_opening_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("patient", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=models.Q(period__upper_inf=False, period__lower_inf=False)
                & models.Q(period__endswith__lte=models.F("period__startswith") + LASTS),
                name="opening_lasts_an_hour_at_most",
            ),
            models.CheckConstraint(
                condition=models.lookups.GreaterThanOrEqual(Length("reason"), SHORTEST_REASON),
                name="opening_has_a_reason",
            ),
        ]
