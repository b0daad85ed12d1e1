from django.db import models

from healthcare.hospitals.scope import ScopedManager
from healthcare.subscribers.models.import_batch import ImportBatch


class Record(models.TextChoices):
    """The kinds of rows that an import changes in place."""

    PATIENT = "patient"
    CONTRACT = "contract"
    LINE = "line"


class ImportChange(models.Model):
    """What a row was before a batch changed it: the undo log of `undoing.roll_back`.

    Contracts that a batch created name it in `imported_in` and need no entry here. The contracts
    are kept as numbers, because the log outlives neither a roll-back nor the contracts in it.
    """

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="changes")
    cause = models.BigIntegerField(help_text="contract whose row in the file made the change")
    contract = models.BigIntegerField(help_text="contract that was changed, often the same")
    record = models.TextField(choices=Record.choices)
    record_id = models.BigIntegerField()
    before = models.JSONField(null=True, help_text="the row as it was; null: it was not there")

    objects = ScopedManager(None, operator="batch__operator")

    class Meta:
        indexes = [
            models.Index(fields=["batch", "cause"], name="change_by_cause"),
            models.Index(fields=["contract"], name="change_by_contract"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(record__in=Record.values), name="change_record_is_known"
            ),
        ]
