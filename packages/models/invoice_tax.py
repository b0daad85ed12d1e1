from django.db import models

from healthcare.hospitals.scope import ScopedManager
from packages.models.invoice import Invoice


class InvoiceTax(models.Model):
    """Net and tax of one rate on one document: rounded once, never per line."""

    invoice = models.ForeignKey(
        Invoice, on_delete=models.CASCADE, related_name="taxes", db_index=False
    )
    rate = models.DecimalField(max_digits=5, decimal_places=2, help_text="percent")
    net = models.BigIntegerField(help_text="minor units")
    tax = models.BigIntegerField()

    objects = ScopedManager(
        "invoice__patient", health=False, clinic=False, operator="invoice__operator"
    )

    class Meta:
        ordering = ["invoice", "rate"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "rate"], name="one_tax_per_rate"),
        ]
