from django.db import models

from healthcare.history.tracking import tracked
from healthcare.kernel.money import Rounding
from healthcare.subscribers.models import Operator
from packages.models.issuer import Issuer
from packages.pricing.policy import CYCLE_OF_UNPRORATED, Cycle, Proration, TermPolicy


@tracked()
class BillingPolicy(models.Model):
    """How an operator's subscribers are billed. Documents keep a copy of what shaped them."""

    operator = models.OneToOneField(
        Operator, on_delete=models.PROTECT, related_name="billing_policy"
    )
    issuer = models.ForeignKey(Issuer, on_delete=models.PROTECT, related_name="policies")
    proration = models.TextField(
        choices=[(p.value, p.value) for p in Proration], default=Proration.NONE_CALENDAR_MONTH.value
    )
    cycle = models.TextField(
        choices=[(c.value, c.value) for c in Cycle], default=Cycle.CALENDAR_MONTH.value
    )
    tax_rounding = models.TextField(
        choices=[(r.value, r.value) for r in Rounding], default=Rounding.FLOOR.value
    )
    tax_inclusive = models.BooleanField(default=True)
    term_policy = models.TextField(
        choices=[(t.value, t.value) for t in TermPolicy], default=TermPolicy.END_OF_TERM.value
    )
    term_fee = models.PositiveBigIntegerField(default=0, help_text="minor units, policy `capped`")
    term_fee_tax_rate = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="percent; empty taxes the fee as the package it ends",
    )

    class Meta:
        constraints = [
            *(
                models.CheckConstraint(
                    condition=~models.Q(proration=proration.value) | models.Q(cycle=cycle.value),
                    name=f"{proration}_has_its_cycle",
                )
                for proration, cycle in CYCLE_OF_UNPRORATED.items()
            ),
            models.CheckConstraint(
                condition=models.Q(proration__in=[member.value for member in Proration]),
                name="proration_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(cycle__in=[member.value for member in Cycle]),
                name="cycle_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(tax_rounding__in=[member.value for member in Rounding]),
                name="rounding_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(term_policy__in=[member.value for member in TermPolicy]),
                name="term_policy_is_known",
            ),
        ]
