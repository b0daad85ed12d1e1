from django.db import models

from healthcare.hospitals.scope import ScopedManager
from healthcare.subscribers.models.import_batch import ImportBatch


class Outcome(models.TextChoices):
    """What became of a row; every row has exactly one."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    HELD = "held"
    REJECTED = "rejected"


class ImportRow(models.Model):
    """A line of the file whose outcome somebody may ask about: held or rejected.

    `values` keeps the cells as they stood, so that the rejects file can be corrected and sent
    again. Where several cells are wrong, `field`, `code` and `text` name them all in the same
    order, divided by "; ".
    """

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="kept_rows")
    line = models.PositiveIntegerField(help_text="line in the file, the header being line 1")
    outcome = models.TextField(choices=Outcome.choices)
    operator_subscriber_id = models.TextField(blank=True)
    field = models.TextField(blank=True)
    code = models.TextField()
    text = models.TextField(help_text="why, and what to do")
    values = models.JSONField(default=dict)

    objects = ScopedManager(None, operator="batch__operator")

    class Meta:
        ordering = ["batch", "line"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "line"], name="import_row_once"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=[Outcome.HELD, Outcome.REJECTED]),
                name="import_row_is_kept_for_a_reason",
            ),
        ]
