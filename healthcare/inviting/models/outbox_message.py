from django.db import models

from healthcare.hospitals.scope import ScopedManager
from healthcare.inviting.models.invitation import Invitation
from healthcare.inviting.models.outbox_file import OutboxFile
from healthcare.inviting.models.wave import Channel, InvitationWave


class MessageKind(models.TextChoices):
    """With its invitation the key of a message."""

    FIRST = "first"
    REMINDER = "reminder"


class MessageState(models.TextChoices):
    """Where a message stands."""

    WAITING = "waiting"
    SENT = "sent"
    ENDED = "ended"
    """Nobody is to get it any more: the invitation was answered or withdrawn."""
    DEAD = "dead"
    """Tried too often; somebody has to look, and may let it go out again."""


class OutboxMessage(models.Model):
    """A message that goes out once. It holds no address, number, name or link: those are looked up
    when it is written, so it says nothing of anybody, and a number that changed is not used."""

    wave = models.ForeignKey(InvitationWave, on_delete=models.PROTECT, related_name="messages")
    invitation = models.ForeignKey(
        Invitation, on_delete=models.PROTECT, related_name="messages", db_index=False
    )
    kind = models.TextField(choices=MessageKind.choices)
    channel = models.TextField(choices=Channel.choices)
    state = models.TextField(choices=MessageState.choices, default=MessageState.WAITING)
    run_after = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(db_default=0)
    leased_until = models.DateTimeField(null=True, help_text="another worker tries then")
    error = models.TextField(blank=True, db_default="", help_text="the kind of the last error")
    sent_at = models.DateTimeField(null=True)
    file = models.ForeignKey(
        OutboxFile, on_delete=models.PROTECT, null=True, related_name="held", db_index=False
    )

    objects = ScopedManager(
        "invitation__patient", health=False, clinic=False, operator="wave__operator"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invitation", "kind"], name="message_key"),
            models.CheckConstraint(
                condition=models.Q(state__in=MessageState.values), name="message_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state=MessageState.SENT, sent_at__isnull=False)
                | (~models.Q(state=MessageState.SENT) & models.Q(sent_at=None)),
                name="message_is_sent_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["wave", "run_after", "id"],
                condition=models.Q(state=MessageState.WAITING),
                name="messages_that_wait",
            ),
            models.Index(
                fields=["wave"],
                condition=models.Q(state=MessageState.DEAD),
                name="messages_that_are_dead",
            ),
        ]
