from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models

from healthcare.accounts.models import User
from healthcare.history.tracking import tracked
from healthcare.patients.models.panel import Panel


@tracked()
class PanelStaff(models.Model):
    """A clinician watches a panel for a time."""

    panel = models.ForeignKey(Panel, on_delete=models.CASCADE, related_name="staff")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="panels")
    period = DateTimeRangeField(help_text="half-open, [joined, left)")

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="clinician_once_on_a_panel_at_a_time",
                expressions=[
                    ("panel", RangeOperators.EQUAL),
                    ("user", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
        ]
