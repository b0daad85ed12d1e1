from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models

from healthcare.accounts.models import User
from healthcare.history.tracking import tracked
from healthcare.hospitals.scope import ScopedManager
from healthcare.patients.models import Patient
from healthcare.subscribers.models.contract import Contract
from healthcare.subscribers.models.operator import Operator


@tracked()
class LineAccess(models.Model):
    """A member's log-in may be opened through the operator's account of this contract.

    It lasts as long as the contract does: `subscribers.line_ends` ends it in the transaction that
    ends the line. The log-in itself stays, with its own password and passkey. A contract that
    lives again gets a new row, so the gap stays on record.
    """

    operator = models.ForeignKey(Operator, on_delete=models.PROTECT, related_name="+")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="accesses")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="line_accesses")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="line_accesses")
    subject = models.TextField(help_text="the account's opaque id at the operator (OpenID `sub`)")
    period = DateTimeRangeField()
    ended_because = models.TextField(blank=True, help_text="a cause of `line_ends`, or `unlinked`")

    objects = ScopedManager("patient", clinic=False)

    class Meta:
        verbose_name_plural = "sign-ins through the line"
        constraints = [
            models.UniqueConstraint(
                fields=["operator", "subject"],
                condition=models.Q(period__upper_inf=True),
                name="operator_account_opens_one_log_in",
            ),
            models.UniqueConstraint(
                fields=["contract"],
                condition=models.Q(period__upper_inf=True),
                name="contract_opens_one_log_in",
            ),
            models.CheckConstraint(condition=~models.Q(subject=""), name="line_access_has_subject"),
            models.CheckConstraint(
                condition=models.Q(period__upper_inf=True, ended_because="")
                | (models.Q(period__upper_inf=False) & ~models.Q(ended_because="")),
                name="line_access_ends_for_a_reason",
            ),
        ]
