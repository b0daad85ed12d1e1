from django.db import models

from healthcare.subscribers.models import ImportBatch


class Search(models.Model):
    """How far the people of a finished import were compared with everybody else.

    One row a batch; `reached` is the greatest contract that was compared, and a search that a
    worker lost goes on from there. It says nothing of anybody.
    """

    batch = models.OneToOneField(ImportBatch, on_delete=models.PROTECT, related_name="+")
    reached = models.BigIntegerField(default=0)
    compared = models.PositiveBigIntegerField(default=0, help_text="pairs")
    found = models.PositiveBigIntegerField(default=0, help_text="pairs to look at")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "searches"
