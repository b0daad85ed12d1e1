from django.db import models
from django.utils.translation import gettext_lazy as _

from healthcare.hospitals.scope import ScopedManager
from healthcare.patients.models import Patient


class Bucket(models.TextChoices):
    """Where a patient stands in the worklist, most serious first."""

    URGENT = "urgent", _("Urgent")
    WORSENING = "worsening", _("Worsening")
    ABOVE_GOAL = "above_goal", _("Above goal")
    NO_DATA = "no_data", _("No data")
    STABLE = "stable", _("Stable")


class PatientState(models.Model):
    """One row a patient from which the worklist is read, kept up to date as readings arrive.

    `news_at` later than `computed_at` means: readings came since, the refresh has work.
    """

    patient = models.OneToOneField(
        Patient, on_delete=models.CASCADE, primary_key=True, related_name="state"
    )
    news_at = models.DateTimeField()
    computed_at = models.DateTimeField(null=True)
    last_reading_at = models.DateTimeField(null=True)
    late_high_at = models.DateTimeField(
        null=True, help_text="a crisis value that arrived more than a day late"
    )
    bucket = models.TextField(choices=Bucket.choices, default=Bucket.NO_DATA)
    severity = models.PositiveSmallIntegerField(default=3, help_text="0 is the most serious")
    days_with_data = models.PositiveSmallIntegerField(default=0, help_text="of the last 30")
    sufficient = models.BooleanField(default=False)
    mean_systolic = models.FloatField(null=True, help_text="last 30 days, used readings")
    mean_diastolic = models.FloatField(null=True)
    goal_systolic = models.FloatField(null=True)
    goal_diastolic = models.FloatField(null=True)
    previous_systolic = models.FloatField(null=True, help_text="the 30 days before")
    sparkline = models.JSONField(
        default=list, help_text="14 days, oldest first: mean systolic or null"
    )

    objects = ScopedManager("patient")

    class Meta:
        indexes = [
            models.Index(fields=["severity", "last_reading_at"], name="worklist_order"),
            models.Index(
                fields=["news_at"],
                name="worklist_news",
                condition=models.Q(computed_at=None)
                | models.Q(news_at__gt=models.F("computed_at")),
            ),
        ]
