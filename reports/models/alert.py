from django.db import models
from django.utils.translation import gettext_lazy as _

from healthcare.accounts.models import User
from healthcare.history.tracking import tracked
from healthcare.hospitals.scope import ScopedManager
from healthcare.patients.models import Patient


class AlertKind(models.TextChoices):
    """What the alert is about. None of them depends on a package."""

    CRISIS = "crisis", _("very high pressure")
    SUSPECT = "suspect", _("check with the person")
    LOW = "low", _("low pressure")
    WORSENING = "worsening", _("worsening")
    MISSING = "missing", _("no readings")


class AlertState(models.TextChoices):
    """Open until a person deals with it."""

    OPEN = "open", _("open")
    ACKNOWLEDGED = "acknowledged", _("acknowledged")
    SNOOZED = "snoozed", _("snoozed")
    RESOLVED = "resolved", _("resolved")


@tracked()
class Alert(models.Model):
    """Something a clinician should look at, with its reason and its readings.

    At most one alert of a kind stands per patient: new evidence joins it, and re-opens it.
    """

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="alerts")
    kind = models.TextField(choices=AlertKind.choices)
    state = models.TextField(choices=AlertState.choices, default=AlertState.OPEN)
    urgent = models.BooleanField(default=False, help_text="a second crisis within 15 minutes")
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    snoozed_until = models.DateTimeField(null=True)
    assignee = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True)
    # The words are made from the code in the reader's language: monitoring.reasons.
    reason = models.JSONField(default=dict, help_text="numbers for the sentence of this kind")

    objects = ScopedManager("patient")

    class Meta:
        ordering = ["-changed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "kind"],
                condition=~models.Q(state="resolved"),
                name="one_standing_alert_of_a_kind",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="snoozed") | models.Q(snoozed_until__isnull=False),
                name="snoozed_alert_says_until_when",
            ),
        ]
