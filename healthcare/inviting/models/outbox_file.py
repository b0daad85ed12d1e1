from django.db import models

from healthcare.hospitals.scope import ScopedManager
from healthcare.inviting.models.wave import Channel, InvitationWave


class OutboxFile(models.Model):
    """A file of messages for a letter shop or an SMS gateway, in `var/outbox/<channel>`.

    The row is committed with the messages that it holds; only then does the file get its name.
    """

    wave = models.ForeignKey(InvitationWave, on_delete=models.PROTECT, related_name="files")
    channel = models.TextField(choices=Channel.choices)
    name = models.TextField(unique=True)
    sha256 = models.CharField(max_length=64)
    messages = models.PositiveIntegerField()
    written_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    objects = ScopedManager(None, operator="wave__operator")

    class Meta:
        ordering = ["-written_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(messages__gte=1), name="file_has_messages"),
        ]
        indexes = [
            models.Index(
                fields=["written_at"],
                condition=models.Q(published_at=None),
                name="files_to_publish",
            ),
        ]
