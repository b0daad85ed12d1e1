from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models

from healthcare.accounts.models import User
from healthcare.history.tracking import tracked
from healthcare.hospitals.scope import ScopedManager
from healthcare.patients.models.patient import Patient


@tracked(exclude=("code_hash",))
class Watcher(models.Model):
    """Somebody whom a member lets watch along: first an invitation, then a person for a time.

    Only the keyed hash of the invitation's code is stored. Who accepted and since when is set
    once, and ending the watching ends the period.
    """

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="watchers")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text="the code opens nothing from then on")
    code_hash = models.BinaryField(max_length=32, unique=True)
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="watching"
    )
    accepted_at = models.DateTimeField(null=True, blank=True)
    period = DateTimeRangeField(null=True, blank=True, help_text="half-open, [accepted, ended)")
    ended_by = models.TextField(blank=True, help_text="the actor: the member, or the watcher")

    objects = ScopedManager("patient", opens=("family",))

    class Meta:
        ordering = ["invited_at", "id"]
        constraints = [
            ExclusionConstraint(
                name="one_watching_at_a_time",
                expressions=[
                    ("patient", RangeOperators.EQUAL),
                    ("user", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=models.Q(user__isnull=True, accepted_at__isnull=True, period__isnull=True)
                | models.Q(user__isnull=False, accepted_at__isnull=False, period__isnull=False),
                name="watcher_accepted_whole",
            ),
        ]
