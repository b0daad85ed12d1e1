from django.db import models
from django.utils.translation import gettext_lazy as _

from healthcare.hospitals.scope import ScopedManager


class DeadLetterReason(models.TextChoices):
    """Why a published message is no readings, or not all of it."""

    UNKNOWN_SENDER = "unknown_sender", _("Nobody's token, or one that is no longer good")
    UNREADABLE = "unreadable", _("Cannot be read as a whole")
    UNSUPPORTED = "unsupported", _("A media type or an encoding that is not read here")
    TOO_LARGE = "too_large", _("Larger than a message may be")
    MALFORMED = "malformed", _("An item that is not well formed")
    FAILED = "failed", _("Could not be taken in: an error of ours")


class DeadLetterResolution(models.TextChoices):
    """What became of it."""

    REDRIVEN = "redriven", _("Taken in after all")
    DISMISSED = "dismissed", _("Looked at and left out")


class DeadLetter(models.Model):
    """What came by the broker and could not be taken in: nobody waits for an answer there, so it
    is kept whole, for a person to look at. After 30 days it is erased.

    Whose data it holds is not known, so no scope that names people or a hospital reaches it. A
    letter is a message, or one malformed item of a message whose other items were taken in.
    """

    topic = models.TextField()
    sender = models.TextField(blank=True, help_text="device:7, gateway:3 or app:5, when known")
    payload = models.BinaryField(help_text="as sent, without the token; the head of a large one")
    size = models.BigIntegerField(help_text="bytes as sent")
    sha256 = models.BinaryField(max_length=32, help_text="of all bytes as sent")
    content_type = models.TextField(blank=True)
    encoding = models.TextField(blank=True)
    reason = models.TextField(choices=DeadLetterReason.choices)
    detail = models.TextField(help_text="what is wrong, in a sentence")
    received_at = models.DateTimeField()
    fingerprint = models.BinaryField(
        max_length=32, unique=True, help_text="the same message delivered again is kept once"
    )
    resolution = models.TextField(blank=True, choices=DeadLetterResolution.choices)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.TextField(blank=True)

    objects = ScopedManager(None)

    class Meta:
        ordering = ["-received_at", "-id"]
        indexes = [models.Index(fields=["received_at"], name="dead_letters_by_time")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reason__in=DeadLetterReason.values),
                name="dead_letter_reason_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(resolution__in=["", *DeadLetterResolution.values])
                & (models.Q(resolution="") ^ models.Q(resolved_at__isnull=False)),
                name="dead_letter_resolution_has_its_time",
            ),
        ]
