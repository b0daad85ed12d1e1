from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Length

from healthcare.hospitals.scope import ScopedManager
from healthcare.subscribers.models.import_batch import ImportBatch


class ImportOutcomes(models.Model):
    """What became of the lines of one part of a file, for an auditor who asks about one.

    A digit stands for each line, in the same order; see `loading.outcomes`. So a million lines take
    some megabytes, and nothing of the people in them.
    """

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="outcomes")
    part = models.PositiveIntegerField()
    lines = ArrayField(models.IntegerField(), help_text="the header being line 1, rising")
    outcomes = models.TextField(help_text="one digit a line")

    objects = ScopedManager(None, operator="batch__operator")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "part"], name="import_outcomes_once"),
            models.CheckConstraint(
                condition=models.Q(lines__len=Length("outcomes")),
                name="import_outcome_for_every_line",
            ),
        ]
