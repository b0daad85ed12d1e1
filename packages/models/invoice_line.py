from django.contrib.postgres.fields import DateRangeField
from django.db import models

from healthcare.hospitals.scope import ScopedManager
from healthcare.patients.models import Patient
from packages.models.invoice import Invoice
from packages.models.package import Package
from packages.models.subscription import Subscription


class LineKind(models.TextChoices):
    """What a line is for."""

    FIXED = "fixed"
    CREDIT = "credit"
    USAGE = "usage"
    TERM_FEE = "term_fee"


class InvoiceLine(models.Model):
    """An effect that is charged or credited once. Its keys, unique in the database, are what makes
    a billing run safe to repeat and to kill."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="lines", db_index=False
    )
    # Both equal what invoice and subscription say; here because the key of a calendar month needs
    # them, and without a constraint of their own because those rows have it.
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    package = models.ForeignKey(
        Package, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    kind = models.TextField(choices=LineKind.choices)
    component = models.SlugField(max_length=40, blank=True, db_index=False)
    period = DateRangeField(help_text="half-open days the amount is for")
    calendar_month = models.DateField(
        null=True, help_text="first day of the month charged whole; null where days are counted"
    )
    quantity = models.PositiveIntegerField(null=True, help_text="units used")
    amount = models.BigIntegerField(
        help_text="minor units; holds the tax where the invoice says so"
    )
    tax_rate = models.DecimalField(max_digits=5, decimal_places=2, help_text="percent")

    objects = ScopedManager("patient", health=False, clinic=False, operator="invoice__operator")

    class Meta:
        ordering = ["invoice", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "component", "period", "kind"], name="effect_once"
            ),
            models.UniqueConstraint(
                fields=["patient", "package", "calendar_month"],
                condition=models.Q(kind="fixed", calendar_month__isnull=False),
                name="calendar_month_charged_once",
            ),
        ]
