from django.db import models

from healthcare.hospitals.models import Hospital
from healthcare.hospitals.scope import ScopedManager
from healthcare.patients.models.patient import Patient


class Reach(models.Model):
    """When a hospital reaches a person's health data: it cares for them, and they consent to it.

    Both walls ask this for each row they let through, so it is one narrow table with one index.
    Triggers on care relationships and consents keep it (migration 0004); nobody else writes it.
    """

    patient = models.ForeignKey(
        Patient,
        on_delete=models.CASCADE,
        db_constraint=False,
        related_name="reaches",
    )
    hospital = models.ForeignKey(
        Hospital, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    # Two columns, not a range: the planner knows how many rows a comparison leaves.
    since = models.DateTimeField(help_text="both the care and the consent stand from then on")
    until = models.DateTimeField(help_text="exclusive; infinity while neither has ended")

    objects = ScopedManager("patient")

    class Meta:
        indexes = [
            models.Index(
                fields=["hospital", "patient"], include=["since", "until"], name="reach_of_hospital"
            )
        ]
