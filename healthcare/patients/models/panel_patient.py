from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models

from healthcare.history.tracking import tracked
from healthcare.hospitals.scope import ScopedManager
from healthcare.patients.models.panel import Panel
from healthcare.patients.models.patient import Patient


@tracked()
class PanelPatient(models.Model):
    """A patient is on a panel for a time."""

    panel = models.ForeignKey(Panel, on_delete=models.CASCADE, related_name="patients")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="panels")
    period = DateTimeRangeField(help_text="half-open, [put on, taken off)")

    objects = ScopedManager("patient")

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="patient_once_on_a_panel_at_a_time",
                expressions=[
                    ("panel", RangeOperators.EQUAL),
                    ("patient", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
        ]
