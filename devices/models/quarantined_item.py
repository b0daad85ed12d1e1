from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from devices.models.app_grant import AppGrant
from devices.models.device import Device
from devices.models.gateway import Gateway
from healthcare.hospitals.scope import ScopedManager
from healthcare.patients.models import Patient


class QuarantineCode(models.TextChoices):
    """Why a well-formed item is not a reading yet."""

    IMPLAUSIBLE = "implausible", _("These values cannot be a living person's")
    CLOCK_SUSPECT = "clock_suspect", _("Measured in the future: the device's clock is wrong")
    BEFORE_HAND_OVER = "before_hand_over", _("Measured before anybody held the device")
    UNKNOWN_DEVICE = "unknown_device", _("No such device is registered")
    UNKNOWN_USER = "unknown_user", _("Whose is this?")
    DISOWNED = "disowned", _("Its holder says that somebody else measured it")
    UNDECODABLE = "undecodable", _("The device's bytes do not decode")


class Resolution(models.TextChoices):
    """What became of it."""

    RELEASED = "released", _("Stored as a reading")
    DISMISSED = "dismissed", _("Looked at and left out")


class QuarantinedItem(models.Model):
    """What came in but cannot be true, whole: stored apart, never lost, re-drivable.

    `patient` is the person it would belong to, where that is known. Items without one exist for
    the system alone: a scope that names people or a hospital does not reach them.
    """

    patient = models.ForeignKey(
        Patient, on_delete=models.CASCADE, null=True, blank=True, related_name="quarantined_items"
    )
    device = models.ForeignKey(
        Device, on_delete=models.PROTECT, null=True, blank=True, related_name="quarantined_items"
    )
    gateway = models.ForeignKey(
        Gateway, on_delete=models.PROTECT, null=True, blank=True, related_name="quarantined_items"
    )
    app_grant = models.ForeignKey(
        AppGrant, on_delete=models.PROTECT, null=True, blank=True, related_name="quarantined_items"
    )
    sent_by = models.ForeignKey(
        Patient,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="sent_items",
        help_text="the member whose own browser sent it",
    )
    serial = models.TextField(blank=True, help_text="of a device its sender does not have")
    kind = models.TextField()
    code = models.TextField(choices=QuarantineCode.choices)
    detail = models.TextField(help_text="what cannot be true, in a sentence")
    payload = models.TextField(help_text="the item as sent: JSON text, not one character changed")
    measured_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()
    fingerprint = models.BinaryField(
        max_length=32, unique=True, help_text="the same item posted again is held once"
    )
    not_of = ArrayField(
        models.BigIntegerField(),
        default=list,
        db_default=[],
        help_text="people who said that it is not theirs",
    )
    resolution = models.TextField(blank=True, choices=Resolution.choices)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.TextField(blank=True)
    resolution_note = models.TextField(
        blank=True, default="", db_default="", help_text="why, in the words of who looked"
    )

    objects = ScopedManager("patient")

    class Meta:
        ordering = ["-received_at", "-id"]
        indexes = [
            models.Index(fields=["patient", "-received_at"], name="quarantine_by_patient"),
            models.Index(
                fields=["serial"], condition=~models.Q(serial=""), name="quarantine_by_serial"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(code__in=QuarantineCode.values), name="quarantine_code_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(resolution__in=["", *Resolution.values])
                & (models.Q(resolution="") ^ models.Q(resolved_at__isnull=False)),
                name="quarantine_resolution_has_its_time",
            ),
            models.CheckConstraint(
                condition=models.Q(device__isnull=False) ^ ~models.Q(serial=""),
                name="quarantine_names_device_or_serial",
            ),
        ]
