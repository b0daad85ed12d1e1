from django.db import models

from healthcare.accounts.models import User
from healthcare.subscribers.models.operator import Operator


class OperatorStaff(models.Model):
    """A person works for an operator: membership data yes, readings never."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="operator_staff")
    operator = models.ForeignKey(Operator, on_delete=models.PROTECT, related_name="staff")
