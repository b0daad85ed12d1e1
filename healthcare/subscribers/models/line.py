from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from healthcare.hospitals.scope import ScopedManager
from healthcare.subscribers.models.contract import Contract


class Line(models.Model):
    """A number as a dated fact: this contract had it during this time. Never an identity."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="lines")
    number = models.CharField(max_length=16, help_text="E.164")
    period = DateRangeField(help_text="half-open days in the operator's time zone")

    objects = ScopedManager("contract__patient", health=False)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="number_has_one_holder_at_a_time",
                expressions=[("number", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
            ),
            ExclusionConstraint(
                name="contract_has_one_number_at_a_time",
                expressions=[
                    ("contract", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=models.Q(number__regex=r"^\+[1-9][0-9]{6,14}$"), name="number_is_e164"
            ),
        ]
