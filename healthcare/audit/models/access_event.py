from django.db import models

# Views in which a person is one line among many.
LISTS = ("clinic.worklist", "api.devices")


class AccessEvent(models.Model):
    """Somebody saw a person's health data: who, whose, what, why, from where."""

    at = models.DateTimeField()
    actor_kind = models.TextField()
    actor_id = models.TextField(blank=True)
    actor_name = models.TextField(blank=True)
    patient_id = models.BigIntegerField()
    what = models.TextField(help_text="page or resource, for example clinic.patient")
    why = models.TextField(help_text="care, own data, break-glass with its reason")
    hospital_id = models.BigIntegerField(null=True)
    address = models.GenericIPAddressField(null=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["patient_id", "-at"], name="access_by_patient"),
            models.Index(fields=["actor_id", "-at"], name="access_by_actor"),
            models.Index(fields=["-at", "-id"], name="access_by_time"),
            # A person's day is counted before every view. Lines of a list are not views of a
            # person, and there are fifty of them for each.
            models.Index(
                fields=["actor_id", "at"],
                include=["patient_id"],
                condition=~models.Q(what__in=LISTS),
                name="access_by_person",
            ),
        ]
