from django.db import models

from packages.models.charge_file import ChargeFile


class ChargeAnswer(models.Model):
    """An operator's answer to a charge file, taken in once: the same bytes again change nothing."""

    file = models.ForeignKey(ChargeFile, on_delete=models.PROTECT, related_name="answers")
    sha256 = models.CharField(max_length=64)
    status = models.TextField(help_text="of the whole file")
    lines = models.PositiveIntegerField()
    applied = models.PositiveIntegerField(help_text="lines that moved a charge")
    read_at = models.DateTimeField()
    actor = models.TextField()

    class Meta:
        ordering = ["-read_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["file", "sha256"], name="answer_read_once"),
        ]
