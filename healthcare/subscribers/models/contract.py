from django.db import models

from healthcare.history.tracking import tracked
from healthcare.hospitals.scope import ScopedManager
from healthcare.patients.models import Patient
from healthcare.subscribers.models.import_batch import ImportBatch
from healthcare.subscribers.models.operator import Operator


@tracked()
class Contract(models.Model):
    """A telecom contract: the operator's id and the day it was activated name the person.

    The charges go to `holder` when another contract pays (a family line).
    """

    # The key begins with the operator, so it needs no index of its own.
    operator = models.ForeignKey(
        Operator, on_delete=models.PROTECT, related_name="contracts", db_index=False
    )
    operator_subscriber_id = models.TextField()
    activated_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True, help_text="first day without the contract")
    ended_because = models.TextField(
        blank=True, db_default="", help_text="a cause of `line_ends`; empty while it lives"
    )
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="contracts")
    holder_subscriber_id = models.TextField(
        blank=True, help_text="operator's id of the contract that pays, when it is another"
    )
    tariff = models.TextField(blank=True)
    # What the operator said about a package taken with the contract; packages.subscribing reads it.
    package = models.TextField(blank=True)
    entitlement_from = models.DateField(null=True, blank=True)
    billing_from = models.DateField(null=True, blank=True)
    trial_days_left = models.PositiveSmallIntegerField(null=True, blank=True)
    price_override = models.BigIntegerField(null=True, blank=True, help_text="minor units")
    cancel_on = models.DateField(null=True, blank=True)
    imported_in = models.ForeignKey(
        ImportBatch,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="contracts",
        # Asked for by a roll-back only, which may read the table; batches are never deleted, and
        # checking each of a million rows for the same one costs as much as writing it.
        db_index=False,
        db_constraint=False,
    )

    objects = ScopedManager("patient", health=False, clinic=False, operator="operator")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["operator", "operator_subscriber_id", "activated_on"],
                name="contract_key",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_on=None)
                | models.Q(ended_on__gte=models.F("activated_on")),
                name="contract_ends_after_start",
            ),
            models.CheckConstraint(
                condition=models.Q(price_override=None) | models.Q(price_override__gte=0),
                name="contract_price_is_not_negative",
            ),
            models.CheckConstraint(
                condition=~models.Q(operator_subscriber_id=""), name="contract_has_an_id"
            ),
        ]
