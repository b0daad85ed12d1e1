from django.db import models

from healthcare.history.tracking import tracked
from healthcare.hospitals.scope import ScopedManager
from healthcare.patients.models import Patient
from healthcare.subscribers.models import Contract
from packages.models.package import Package
from packages.pricing.history import CancelWhen


class Do(models.TextChoices):
    """What a person decided, in the words of an invoice preview."""

    SUBSCRIBE = "subscribe"
    CHANGE = "change"
    CANCEL = "cancel"
    REVOKE = "revoke"
    STOP = "stop"
    """Nobody's decision: the line that pays ended. Written by `packages.stopping` only."""


DECISIONS = [(do.value, do.label) for do in Do if do is not Do.STOP]


@tracked()
class SubscriptionEvent(models.Model):
    """A decision about a package, as it was taken. The history that everything else follows from:
    which package when, what is charged, what the preview shows.

    The terms agreed at the time stand on the row, so that a later catalogue changes none of them.
    """

    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="subscription_events"
    )
    sequence = models.PositiveIntegerField(help_text="1, 2, 3 within a person")
    on = models.DateField(help_text="local day in the operator's time zone")
    do = models.TextField(choices=Do.choices)
    package = models.ForeignKey(Package, on_delete=models.PROTECT, null=True, related_name="+")
    when = models.TextField(choices=[(w.value, w.value) for w in CancelWhen], blank=True)
    payer_contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, null=True, related_name="+"
    )
    trial_days = models.PositiveIntegerField(default=0, help_text="agreed when subscribing")
    minimum_term_months = models.PositiveSmallIntegerField(default=0)
    billing_from = models.DateField(
        null=True, help_text="first paid day of a migrated subscription; else after the trial"
    )
    price_override = models.PositiveBigIntegerField(null=True, help_text="minor units")
    withdrawn = models.BooleanField(
        default=False, help_text="a cancellation scheduled for a later day, revoked before it"
    )
    recorded_at = models.DateTimeField()
    actor = models.TextField()

    objects = ScopedManager("patient", health=False)

    class Meta:
        ordering = ["patient", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["patient", "sequence"], name="event_sequence"),
            models.CheckConstraint(condition=models.Q(do__in=Do.values), name="event_is_known"),
            models.CheckConstraint(
                condition=models.Q(do__in=["subscribe", "change"], package__isnull=False)
                | models.Q(do__in=["cancel", "revoke", "stop"], package__isnull=True),
                name="event_names_its_package",
            ),
            models.CheckConstraint(
                condition=models.Q(do__in=["subscribe", "stop"], payer_contract__isnull=False)
                | ~models.Q(do__in=["subscribe", "stop"]),
                name="subscribing_names_who_pays",
            ),
            models.CheckConstraint(
                condition=models.Q(do="cancel", when__in=[member.value for member in CancelWhen])
                | models.Q(~models.Q(do="cancel"), when=""),
                name="only_a_cancellation_says_when",
            ),
        ]
        indexes = [models.Index(fields=["on"], name="events_by_day")]
