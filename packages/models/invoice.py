from django.db import models

from healthcare.hospitals.scope import ScopedManager
from healthcare.kernel.money import Rounding
from healthcare.patients.models import Patient
from healthcare.subscribers.models import Contract, Operator
from packages.models.billing_run import BillingRun
from packages.models.issuer import Issuer
from packages.pricing.documents import DocumentKind


class InvoiceState(models.TextChoices):
    """A draft has no number and may be thrown away; an issued document never changes."""

    DRAFT = "draft"
    ISSUED = "issued"


class Invoice(models.Model):
    """A document about one person's packages: what was due on one day, taxed together.

    What shaped it is copied onto it: direction of rounding, whether prices hold the tax, and the
    issuer's registration number as they were.
    """

    run = models.ForeignKey(BillingRun, on_delete=models.PROTECT, related_name="documents")
    # A million rows a month. Operator and issuer are the run's, whose constraints hold for them;
    # the unique keys below serve every look-up by person and issuer.
    operator = models.ForeignKey(
        Operator, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    issuer = models.ForeignKey(
        Issuer,
        on_delete=models.PROTECT,
        related_name="invoices",
        db_constraint=False,
        db_index=False,
    )
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="invoices", db_index=False
    )
    payer_contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    kind = models.TextField(choices=[(k.value, k.value) for k in DocumentKind])
    state = models.TextField(choices=InvoiceState.choices, default=InvoiceState.DRAFT)
    date = models.DateField(help_text="local day in the operator's time zone")
    sequence = models.PositiveSmallIntegerField(
        default=1, help_text="2 and up: decisions of a day that was billed already"
    )
    year = models.PositiveSmallIntegerField(help_text="of the number series")
    number = models.PositiveBigIntegerField(null=True, help_text="gapless per issuer and year")
    issued_at = models.DateTimeField(null=True)
    currency = models.CharField(max_length=3)
    net = models.BigIntegerField(help_text="minor units")
    tax = models.BigIntegerField()
    total = models.BigIntegerField()
    tax_rounding = models.TextField(choices=[(r.value, r.value) for r in Rounding])
    tax_inclusive = models.BooleanField()
    registration_number = models.CharField(max_length=14)

    objects = ScopedManager("patient", health=False, clinic=False, operator="operator")

    class Meta:
        ordering = ["-date", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "date", "sequence"], name="one_document_a_day"
            ),
            models.UniqueConstraint(
                fields=["issuer", "year", "number"], name="invoice_number_once"
            ),
            models.CheckConstraint(
                condition=models.Q(total=models.F("net") + models.F("tax")),
                name="invoice_adds_up",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="invoice", total__gt=0)
                | models.Q(kind="credit_note", total__lt=0),
                name="invoice_kind_is_its_sign",
            ),
            models.CheckConstraint(
                condition=models.Q(state="draft", number__isnull=True, issued_at__isnull=True)
                | models.Q(state="issued", number__isnull=False, issued_at__isnull=False),
                name="issued_means_numbered",
            ),
        ]

    @property
    def label(self) -> str:
        """The number as printed, `2026-00000123`; empty for a draft."""
        return f"{self.year}-{self.number:08}" if self.number is not None else ""
