from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Coalesce

from healthcare.history.tracking import tracked
from healthcare.hospitals.scope import ScopedManager
from healthcare.subscribers.models.contract import Contract

_END = Coalesce(
    models.Func(models.F("period"), function="upper", output_field=models.DateField()),
    models.Value("infinity"),
    output_field=models.DateField(),
)


@tracked()
class Line(models.Model):
    """A number as a dated fact: this contract had it during this time. Never an identity.

    A number has one contract at a time and a contract one number. An exclusion constraint over
    every line says just that, at 125 microseconds a line, forty times a unique index, because
    GiST is slow to insert into. So it guards the ended lines only, which are few; unique indexes
    guard the lines without end, which are most; and a trigger (migration 0003) compares what a
    statement wrote with all lines of the same number or contract, writers taking turns. Together
    they refuse what the one constraint would.
    """

    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, related_name="lines", db_index=False
    )
    number = models.CharField(max_length=16, help_text="E.164")
    period = DateRangeField(help_text="half-open days in the operator's time zone")

    objects = ScopedManager["Line"](
        "contract__patient", health=False, clinic=False, operator="contract__operator"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint("number", _END, name="number_has_one_holder"),
            models.UniqueConstraint("contract", _END, name="contract_has_one_number"),
            ExclusionConstraint(
                name="number_has_one_holder_at_a_time",
                expressions=[("number", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=models.Q(period__upper_inf=False),
            ),
            models.CheckConstraint(
                condition=models.Q(number__regex=r"^\+[1-9][0-9]{6,14}$"), name="number_is_e164"
            ),
            models.CheckConstraint(
                condition=models.Q(period__isempty=False, period__lower_inf=False),
                name="line_lasts_from_a_day_on",
            ),
        ]
