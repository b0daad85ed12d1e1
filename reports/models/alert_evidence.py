from django.contrib.postgres.fields import ArrayField
from django.db import models

from healthcare.hospitals.scope import ScopedManager
from reports.models.alert import Alert


class AlertEvidence(models.Model):
    """A reading or a day that an alert rests on. The key makes sure that nothing alerts twice."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="evidence")
    patient_id = models.BigIntegerField()
    kind = models.TextField()
    key = models.TextField(help_text="device and time of the reading, or the day of the rule")
    measured_at = models.DateTimeField(null=True)
    values = ArrayField(
        models.SmallIntegerField(), default=list, help_text="systolic, diastolic, pulse"
    )

    objects = ScopedManager("alert__patient")

    class Meta:
        ordering = ["measured_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient_id", "kind", "key"], name="never_twice_for_one_evidence"
            )
        ]
