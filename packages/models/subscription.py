from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from healthcare.history.tracking import tracked
from healthcare.hospitals.scope import ScopedManager
from healthcare.patients.models import Patient
from healthcare.subscribers.models import Contract, Operator
from packages.models.package import Package


@tracked()
class Subscription(models.Model):
    """One person's package over a half-open period of local dates. Never two at once.

    These rows follow from the person's `SubscriptionEvent`s by the rules of packages.pricing and
    are rewritten by `packages.subscribing` only. A pending downgrade is the row that begins at the
    period's end, a pending cancellation is an end in the future: nothing has to happen on the day.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="subscriptions")
    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="subscriptions")
    # Also reachable through the paying contract; here so that a run reads one table.
    operator = models.ForeignKey(
        Operator, on_delete=models.PROTECT, related_name="subscriptions", db_index=False
    )
    payer_contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, related_name="+", help_text="whose bill carries it"
    )
    period = DateRangeField(help_text="half-open days in the operator's time zone")
    paid_from = models.DateField(help_text="first day that costs something: after the trial")
    price_override = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="minor units, agreed before the migration"
    )

    objects = ScopedManager("patient", health=False, operator="operator", opens=("family",))

    class Meta:
        ordering = ["patient", "period"]
        indexes = [models.Index(fields=["operator", "patient"], name="subscriptions_to_bill")]
        constraints = [
            ExclusionConstraint(
                name="one_package_at_a_time",
                expressions=[
                    ("patient", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=models.Q(period__isempty=False, period__startswith__isnull=False),
                name="subscription_period_begins",
            ),
        ]

    def ends_on(self) -> date | None:
        """The first day without this package; None while open."""
        upper: date | None = self.period.upper
        return upper
