from django.db import models

from healthcare.hospitals.scope import ScopedManager
from healthcare.subscribers.models.line_access import LineAccess


class LineSession(models.Model):
    """A session opened through the operator's account, so that it can end with the line."""

    access = models.ForeignKey(LineAccess, on_delete=models.CASCADE, related_name="sessions")
    session_key = models.CharField(max_length=40, unique=True)
    opened_at = models.DateTimeField()

    objects = ScopedManager("access__patient", clinic=False)
