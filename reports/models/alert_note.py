from django.db import models

from healthcare.accounts.models import User
from healthcare.hospitals.scope import ScopedManager
from reports.models.alert import Alert, AlertState


class AlertNote(models.Model):
    """A step in an alert's life: who changed it to what, with their words."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="notes")
    at = models.DateTimeField()
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True)
    state = models.TextField(choices=AlertState.choices)
    text = models.TextField(blank=True)

    objects = ScopedManager("alert__patient")

    class Meta:
        ordering = ["at", "id"]
