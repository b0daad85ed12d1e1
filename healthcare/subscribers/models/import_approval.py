from django.db import models

from healthcare.accounts.models import User
from healthcare.hospitals.scope import ScopedManager
from healthcare.subscribers.models.import_batch import ImportBatch


class ImportApproval(models.Model):
    """Somebody said in words that a file is to be loaded as it was proposed."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="approvals")
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, help_text="empty: a command"
    )
    words = models.TextField()
    at = models.DateTimeField()

    objects = ScopedManager(None, operator="batch__operator")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "user"], name="import_approved_once_by_each"),
            models.CheckConstraint(condition=~models.Q(words=""), name="import_approval_has_words"),
        ]
