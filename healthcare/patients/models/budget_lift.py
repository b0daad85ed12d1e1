from django.db import models

from healthcare.accounts.models import User
from healthcare.hospitals.models import Hospital


class BudgetLift(models.Model):
    """On this day a clinician may look at more patients than the daily budget, for a reason."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="budget_lifts")
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    day = models.DateField(help_text="in the hospital's time zone")
    reason = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "hospital", "day"], name="budget_lifted_once_a_day"
            ),
        ]
