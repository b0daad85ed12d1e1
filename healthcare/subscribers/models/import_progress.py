from django.db import models

from healthcare.subscribers.models.import_batch import ImportBatch


class Asked(models.TextChoices):
    """What somebody asked of a load that is under way; heeded before its next chunk."""

    NOTHING = ""
    PAUSE = "pause"
    CANCEL = "cancel"


class ImportProgress(models.Model):
    """How far the reading of a file is, and what is asked of its load.

    Apart from the batch, which is locked while a worker is at it: so a page shows how far it is and
    somebody can ask for a halt at any moment.
    """

    batch = models.OneToOneField(ImportBatch, on_delete=models.CASCADE, related_name="progress")
    rows = models.PositiveIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    at = models.DateTimeField(null=True, help_text="of these figures; null until work begins")
    asked = models.TextField(blank=True, default="", choices=Asked.choices)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(asked__in=Asked.values), name="import_asked_is_known"
            ),
        ]
