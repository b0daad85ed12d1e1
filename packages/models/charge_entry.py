from django.db import models

from healthcare.hospitals.scope import ScopedManager
from packages.models.charge import Charge
from packages.models.charge_file import ChargeFile


class ChargeEntry(models.Model):
    """A charge as it stands in a file: frozen, the number of that day included."""

    file = models.ForeignKey(ChargeFile, on_delete=models.PROTECT, related_name="entries")
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="entries")
    attempt = models.PositiveSmallIntegerField()
    msisdn = models.CharField(max_length=16, blank=True, help_text="E.164 on the day of the file")

    objects = ScopedManager(
        "charge__invoice__patient", health=False, clinic=False, operator="charge__operator"
    )

    class Meta:
        ordering = ["file", "charge"]
        constraints = [
            models.UniqueConstraint(fields=["file", "charge"], name="charge_once_a_file"),
            models.UniqueConstraint(fields=["charge", "attempt"], name="attempt_once"),
        ]
