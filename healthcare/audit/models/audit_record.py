from django.db import models


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

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["patient_id", "-at"], name="audit_by_patient"),
            models.Index(fields=["subject_type", "subject_id"], name="audit_by_subject"),
            models.Index(fields=["actor_id", "-at"], name="audit_by_actor"),
            models.Index(fields=["-at", "-id"], name="audit_by_time"),
        ]
