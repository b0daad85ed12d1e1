from django.contrib.postgres.fields import ArrayField
from django.db import models

from healthcare.history.tracking import tracked
from healthcare.hospitals.scope import ScopedManager
from healthcare.patients.models import Patient
from healthcare.persons.models.resemblance import Resemblance


@tracked()
class Merge(models.Model):
    """Two records were joined: which contracts went where, who said so and why.

    What an undoing has to compare stands here too: what the surviving record had
    (`stood`: kinds of rows) and what was built on the contracts (`built`: number of rows by kind).
    """

    resemblance = models.ForeignKey(Resemblance, on_delete=models.PROTECT, related_name="merges")
    survivor = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    replaced = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    contract_ids = ArrayField(models.BigIntegerField())
    stood = ArrayField(models.TextField())
    built = models.JSONField()
    reason = models.TextField()
    merged_at = models.DateTimeField()
    merged_by = models.TextField(help_text="the actor")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.TextField(blank=True, help_text="the actor")
    undone_because = models.TextField(blank=True)

    objects = ScopedManager("survivor", health=False, clinic=False)

    class Meta:
        verbose_name_plural = "records that were joined"
        ordering = ["-merged_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["replaced"],
                condition=models.Q(undone_at=None),
                name="replaced_by_one_record",
            ),
            models.CheckConstraint(
                condition=~models.Q(survivor=models.F("replaced")), name="merge_of_two_records"
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="merge_has_a_reason"),
            models.CheckConstraint(
                condition=models.Q(undone_at=None, undone_because="")
                | (models.Q(undone_at__isnull=False) & ~models.Q(undone_because="")),
                name="merge_is_undone_for_a_reason",
            ),
        ]
