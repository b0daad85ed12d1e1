from django.db import models
from django.utils.translation import gettext_lazy as _

from devices.models.device import Device
from healthcare.hospitals.scope import ScopedManager
from healthcare.patients.models import Patient


class ConflictCause(models.TextChoices):
    """What two messages of one device disagree about."""

    OTHER_VALUES = "other_values", _("The same reading again with other values")
    OTHER_TIME = "other_time", _("The same id of the device at another time")


class Review(models.TextChoices):
    """What a person decided about a contradiction."""

    KEPT = "kept", _("What was stored first stands")
    TAKEN = "taken", _("The other message took its place")


class ReadingConflict(models.Model):
    """A message that contradicts a stored reading, kept whole for a person to look at.

    The stored reading stands. With `other_time` both readings are stored.
    """

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="conflicts")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="conflicts")
    kind = models.TextField()
    cause = models.TextField(choices=ConflictCause.choices)
    measured_at = models.DateTimeField(help_text="of the message")
    device_reading_id = models.TextField(blank=True)
    payload = models.TextField(help_text="the message as sent")
    received_at = models.DateTimeField()
    fingerprint = models.BinaryField(
        max_length=32, unique=True, help_text="the same message again is kept once"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.TextField(blank=True)
    review = models.TextField(choices=Review.choices, blank=True, default="", db_default="")
    review_note = models.TextField(blank=True, default="", db_default="")

    objects = ScopedManager("patient")

    class Meta:
        ordering = ["-received_at", "-id"]
        indexes = [models.Index(fields=["patient", "-received_at"], name="conflict_by_patient")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(cause__in=ConflictCause.values), name="conflict_cause_is_known"
            ),
        ]
