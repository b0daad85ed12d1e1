from django.db import models

from healthcare.history.tracking import tracked
from healthcare.subscribers.models import Operator
from packages.models.package_version import PackageVersion


@tracked()
class Price(models.Model):
    """What a version costs a month at an operator. No price means: not offered there."""

    version = models.ForeignKey(PackageVersion, on_delete=models.PROTECT, related_name="prices")
    operator = models.ForeignKey(Operator, on_delete=models.PROTECT, related_name="prices")
    amount = models.PositiveBigIntegerField(help_text="minor units of the operator's currency")
    tax_rate = models.DecimalField(max_digits=5, decimal_places=2, help_text="percent")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "operator"], name="one_price_per_operator"),
            models.CheckConstraint(
                condition=models.Q(tax_rate__gte=0, tax_rate__lt=100),
                name="tax_rate_is_a_percentage",
            ),
        ]
