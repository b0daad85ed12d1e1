from django.db import models

from healthcare.hospitals.scope import ScopedManager
from healthcare.subscribers.models import Contract, Operator
from packages.models.invoice import Invoice


class ChargeState(models.TextChoices):
    """Where a charge is on its way through the operator."""

    PLANNED = "planned"
    SENT = "sent"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    COLLECTED = "collected"
    UNCOLLECTED = "uncollected"
    REFUNDED = "refunded"
    STOPPED = "stopped"
    """Never written: the line had ended before the days that it charges. It leaves the operator's
    bill for good, unless the end is undone."""


class Charge(models.Model):
    """An invoice's total on a telephone bill, or a credit note's as a refund.

    The row is committed before anything is sent, and its key never changes over retries.
    """

    invoice = models.OneToOneField(Invoice, on_delete=models.PROTECT, related_name="charge")
    # Both are the invoice's, whose constraints hold for them.
    operator = models.ForeignKey(
        Operator,
        on_delete=models.PROTECT,
        related_name="charges",
        db_constraint=False,
        db_index=False,
    )
    payer_contract = models.ForeignKey(
        Contract,
        on_delete=models.PROTECT,
        related_name="charges",
        db_constraint=False,
        db_index=False,
    )
    key = models.CharField(max_length=64, unique=True)
    original = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="refunds",
        help_text="the charge that a refund gives back",
    )
    month = models.DateField(help_text="first day of the month charged")
    amount = models.BigIntegerField(help_text="minor units; negative for a refund")
    currency = models.CharField(max_length=3)
    state = models.TextField(choices=ChargeState.choices, default=ChargeState.PLANNED)
    attempts = models.PositiveSmallIntegerField(default=0)
    reason = models.TextField(blank=True, help_text="the operator's, when not accepted")
    operator_ref = models.TextField(blank=True)
    bill_month = models.DateField(null=True, help_text="first day of the bill's month")

    objects = ScopedManager("invoice__patient", health=False, clinic=False, operator="operator")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=ChargeState.values), name="charge_state_is_known"
            ),
            models.CheckConstraint(condition=~models.Q(amount=0), name="charge_is_not_zero"),
        ]
        indexes = [
            models.Index(
                fields=["operator", "month"],
                condition=models.Q(state="planned"),
                name="charges_to_send",
            )
        ]
