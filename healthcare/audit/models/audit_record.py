from django.contrib.postgres.functions import TransactionNow
from django.db import models

from healthcare.audit.transactions import CurrentTransaction


class AuditRecord(models.Model):
    """One thing somebody did. Written in the transaction of the change itself.

    `details` names fields and counts, never health values, names or telephone numbers.
    """

    at = models.DateTimeField()
    actor_kind = models.TextField()
    actor_id = models.TextField(blank=True)
    actor_name = models.TextField(blank=True)
    action = models.TextField(help_text="room.verb, for example subscribers.import")
    subject_type = models.TextField()
    subject_id = models.TextField(blank=True)
    patient_id = models.BigIntegerField(null=True)
    details = models.JSONField(default=dict)
    # Written by the database itself; empty for records from before there was a history. The rows
    # of `healthcare.history` carry the same two, which is how they say who did it.
    transaction = models.BigIntegerField(
        null=True, editable=False, db_default=CurrentTransaction(), help_text="PostgreSQL's number"
    )
    began_at = models.DateTimeField(
        null=True,
        editable=False,
        db_default=TransactionNow(),
        help_text="the transaction, database's clock",
    )

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["patient_id", "-at"], name="audit_by_patient"),
            models.Index(fields=["subject_type", "subject_id"], name="audit_by_subject"),
            models.Index(fields=["actor_id", "-at"], name="audit_by_actor"),
            models.Index(fields=["-at", "-id"], name="audit_by_time"),
            models.Index(fields=["transaction"], name="audit_by_transaction"),
        ]
