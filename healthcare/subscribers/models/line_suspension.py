from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from healthcare.history.tracking import tracked
from healthcare.hospitals.scope import ScopedManager
from healthcare.subscribers.models.contract import Contract


@tracked()
class LineSuspension(models.Model):
    """The operator has cut the contract off for a time: it keeps its number, and opens nothing."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="suspensions")
    period = DateRangeField(help_text="half-open days in the operator's time zone")

    objects = ScopedManager(
        "contract__patient", health=False, clinic=False, operator="contract__operator"
    )

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="contract_suspended_once_at_a_time",
                expressions=[
                    ("contract", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=models.Q(period__isempty=False, period__lower_inf=False),
                name="suspension_begins_on_a_day",
            ),
        ]
