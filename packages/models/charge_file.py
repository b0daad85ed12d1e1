from django.db import models

from healthcare.hospitals.scope import ScopedManager
from healthcare.subscribers.models import Operator


class ChargeFile(models.Model):
    """A file of charges for an operator. Its entries are frozen, so it can be written again byte
    for byte."""

    operator = models.ForeignKey(Operator, on_delete=models.PROTECT, related_name="charge_files")
    month = models.DateField(help_text="first day of the month charged")
    file_seq = models.PositiveIntegerField(help_text="gapless per operator")
    count = models.PositiveIntegerField()
    total = models.BigIntegerField(help_text="minor units, refunds subtracted")
    currency = models.CharField(max_length=3)
    created_on = models.DateField(help_text="local day in the operator's time zone")
    sha256 = models.CharField(max_length=64, blank=True, help_text="of the file as first written")

    objects = ScopedManager(None, operator="operator")

    class Meta:
        ordering = ["operator", "-file_seq"]
        constraints = [
            models.UniqueConstraint(fields=["operator", "file_seq"], name="file_seq_once"),
            models.CheckConstraint(condition=models.Q(month__day=1), name="file_month_is_a_first"),
        ]
