from django.db import models

from packages.models.issuer import Issuer


class NumberSeries(models.Model):
    """The last invoice number of an issuer in a year. Committing locks the row, so numbers have
    no gaps: a commit that fails gives its numbers back."""

    issuer = models.ForeignKey(Issuer, on_delete=models.PROTECT, related_name="series")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "year"], name="one_series_a_year"),
        ]
