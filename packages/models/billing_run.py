from django.db import models

from healthcare.hospitals.scope import ScopedManager
from healthcare.subscribers.models import Operator
from packages.models.issuer import Issuer


class RunState(models.TextChoices):
    """A run is drafted, looked at, and committed; running it again takes up where it stopped."""

    DRAFTING = "drafting"
    DRAFTED = "drafted"
    COMMITTED = "committed"


class BillingRun(models.Model):
    """The billing of an operator's subscribers for a calendar month. Operator and month are its
    key: however often it is started, it is one run and makes each document once."""

    operator = models.ForeignKey(Operator, on_delete=models.PROTECT, related_name="billing_runs")
    issuer = models.ForeignKey(Issuer, on_delete=models.PROTECT, related_name="+")
    month = models.DateField(help_text="first day of the month")
    as_of = models.DateField(help_text="last day whose documents were made, at the latest start")
    state = models.TextField(choices=RunState.choices, default=RunState.DRAFTING)
    started_at = models.DateTimeField(help_text="of the latest start")
    finished_at = models.DateTimeField(null=True)
    committed_at = models.DateTimeField(null=True)
    subscriptions = models.PositiveIntegerField(default=0, help_text="open in the month")
    invoices = models.PositiveIntegerField(default=0, help_text="documents of the month")
    total = models.BigIntegerField(default=0, help_text="of these documents, minor units")
    currency = models.CharField(max_length=3)
    held = models.JSONField(
        default=list, help_text="people whose history could not be priced: patient, code, detail"
    )
    actor = models.TextField()

    objects = ScopedManager(None, operator="operator")

    class Meta:
        ordering = ["-month", "operator"]
        constraints = [
            models.UniqueConstraint(fields=["operator", "month"], name="one_run_a_month"),
            models.CheckConstraint(condition=models.Q(month__day=1), name="run_month_is_a_first"),
        ]
