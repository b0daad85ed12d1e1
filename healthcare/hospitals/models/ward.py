from django.db import models

from healthcare.hospitals.models.hospital import Hospital


class Ward(models.Model):
    """A part of a hospital that watches patients of its own."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="wards")
    code = models.SlugField(max_length=40)
    name = models.TextField()

    class Meta:
        ordering = ["hospital", "code"]
        constraints = [
            models.UniqueConstraint(fields=["hospital", "code"], name="ward_code_in_hospital")
        ]

    def __str__(self) -> str:
        return self.name
