from django.db import models

from healthcare.subscribers.models.import_batch import ImportBatch


class ImportProgress(models.Model):
    """How far the import of a file that was put aside has read.

    Apart from the batch and written outside the import's transaction, so that a page can show it
    while the batch itself still looks as if it waited.
    """

    batch = models.OneToOneField(ImportBatch, on_delete=models.CASCADE, related_name="progress")
    rows = models.PositiveIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    at = models.DateTimeField(null=True, help_text="of these figures; null until work begins")
