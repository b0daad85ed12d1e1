from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from healthcare.history.tracking import tracked
from healthcare.hospitals.scope import ScopedManager
from healthcare.subscribers.models import Operator


class Channel(models.TextChoices):
    """How an invitation reaches somebody."""

    CONSOLE = "console", _("text file, to look at")
    SMTP = "smtp", _("e-mail")
    LETTER = "letter", _("letter shop")
    SMS = "sms", _("SMS gateway")


class WaveState(models.TextChoices):
    """Where a wave stands."""

    PLANNING = "planning", _("being planned")
    PLANNED = "planned", _("planned, waits to be started")
    RUNNING = "running", _("going out")
    PAUSED = "paused", _("paused")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")


IN_WORK = (WaveState.PLANNING, WaveState.RUNNING, WaveState.CANCELLED)
"""States that a worker leads on from; the others wait for a person, or are the end."""
COUNTED = (
    *("planned", "unreachable", "underage", "sent", "reminded"),
    *("accepted", "expired", "opted_out", "withdrawn", "failed"),
)
"""Columns that count people, kept in the transactions that change their invitations."""


@tracked(exclude=(*COUNTED, "paced_at", "planned_up_to"))
class InvitationWave(models.Model):
    """Many subscribers of one operator who are invited alike.

    `failed` counts messages that were given up; whoever they were for may still have had another.
    """

    operator = models.ForeignKey(Operator, on_delete=models.PROTECT, related_name="waves")
    name = models.CharField(max_length=80)
    cut_over_on = models.DateField(help_text="who had a contract on that day is invited")
    starts_at = models.DateTimeField(help_text="nothing goes out before")
    channels = ArrayField(
        models.TextField(choices=Channel.choices),
        help_text="in order: the first by which somebody can be reached is theirs",
    )
    pace = models.PositiveIntegerField(help_text="messages a minute")
    expiry_days = models.PositiveSmallIntegerField(help_text="from sending on")
    reminder_days = models.PositiveSmallIntegerField(help_text="after sending; 0: no reminder")
    state = models.TextField(choices=WaveState.choices, default=WaveState.PLANNING)
    made_at = models.DateTimeField()
    made_by = models.TextField(help_text="the actor")
    planned_up_to = models.BigIntegerField(default=0, help_text="the last contract looked at")
    paced_at = models.DateTimeField(null=True, help_text="up to when the pace has been used")
    planned = models.PositiveIntegerField(default=0)
    unreachable = models.PositiveIntegerField(
        default=0, help_text="left out: none of the channels reaches them"
    )
    underage = models.PositiveIntegerField(
        default=0, help_text="left out: not of age, or of unknown age, and no guardian is known"
    )
    sent = models.PositiveIntegerField(default=0)
    reminded = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    expired = models.PositiveIntegerField(default=0)
    opted_out = models.PositiveIntegerField(default=0)
    withdrawn = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)

    objects = ScopedManager(None, operator="operator")

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["operator", "name"], name="wave_name_of_operator"),
            models.CheckConstraint(condition=~models.Q(name=""), name="wave_has_a_name"),
            models.CheckConstraint(
                condition=models.Q(state__in=WaveState.values), name="wave_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(channels__contained_by=Channel.values, channels__len__gte=1),
                name="wave_channels_are_known",
            ),
            models.CheckConstraint(
                condition=models.Q(pace__gte=1, expiry_days__gte=1), name="wave_goes_on_and_ends"
            ),
            models.CheckConstraint(
                condition=models.Q(reminder_days__lt=models.F("expiry_days")),
                name="wave_reminds_before_it_expires",
            ),
            models.CheckConstraint(
                condition=models.Q(sent__lte=models.F("planned"))
                & models.Q(reminded__lte=models.F("sent")),
                name="wave_counts_fit",
            ),
        ]

    def __str__(self) -> str:
        return self.name
