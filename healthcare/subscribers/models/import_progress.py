from django.db import models

from healthcare.subscribers.models.import_batch import ImportBatch


class ImportProgress(models.Model):
    """How far a running import has read.

    Apart from the batch and written outside the import's transaction, so that a page can show it
    while the batch itself is still invisible or unchanged.
    """

    batch = models.OneToOneField(ImportBatch, on_delete=models.CASCADE, related_name="progress")
    rows = models.PositiveIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    at = models.DateTimeField()
