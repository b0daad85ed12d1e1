from django.db import models

from healthcare.hospitals.scope import ScopedManager
from healthcare.patients.models import Patient


class UsageRecord(models.Model):
    """Units of a component used on a day, for example one delivered report. Rated in arrears."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="usage")
    component = models.SlugField(max_length=40)
    quantity = models.PositiveIntegerField()
    on = models.DateField(help_text="local day in the operator's time zone")
    rated_on = models.DateField(
        help_text="the day it is billed by: later than `on` when that period was billed already"
    )
    key = models.TextField(unique=True, help_text="the effect's own key: the same twice is one")

    objects = ScopedManager("patient")

    class Meta:
        ordering = ["patient", "on", "id"]
        indexes = [models.Index(fields=["patient", "rated_on"], name="usage_by_patient")]
        constraints = [
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="usage_is_positive"),
        ]
