from django.db import models
from django.utils.translation import gettext_lazy as _

from devices.models.device import Device
from healthcare.hospitals.scope import ScopedManager
from healthcare.patients.models import Patient


class RetractionCause(models.TextChoices):
    """Why a stored reading no longer counts."""

    MOVED = "moved", _("It is another person's")
    CORRECTED = "corrected", _("Replaced by a corrected one")
    WITHDRAWN = "withdrawn", _("Taken back")


class ReadingRetraction(models.Model):
    """A stored reading that no longer counts: a row beside it, because the reading never changes.

    It names the reading by its key. `measured_at` is the time that names it: for a night, its
    start. A reading whose move is taken back counts again; the row stays and says so.
    """

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="retractions")
    kind = models.TextField()
    measured_at = models.DateTimeField()
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="retractions")
    device_reading_id = models.TextField(blank=True)
    cause = models.TextField(choices=RetractionCause.choices)
    reason = models.TextField(help_text="why, in the words of who did it")
    retracted_at = models.DateTimeField()
    retracted_by = models.TextField()
    restored_at = models.DateTimeField(null=True, blank=True)
    restored_by = models.TextField(blank=True)

    objects = ScopedManager("patient", opens=("family",))

    class Meta:
        ordering = ["-retracted_at", "-id"]
        constraints = [
            # Its index answers the question of every query of readings: does this one count?
            models.UniqueConstraint(
                fields=["patient", "kind", "measured_at", "device", "device_reading_id"],
                condition=models.Q(restored_at=None),
                name="reading_is_retracted_once",
            ),
            models.CheckConstraint(
                condition=models.Q(cause__in=RetractionCause.values),
                name="retraction_cause_is_known",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="retraction_says_why"),
        ]
