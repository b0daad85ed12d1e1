from django.db import models

from healthcare.accounts.models import Session
from healthcare.hospitals.scope import ScopedManager
from healthcare.subscribers.models.line_access import LineAccess


class LineSession(models.Model):
    """A session opened through the operator's account, so that it can end with the line."""

    access = models.ForeignKey(LineAccess, on_delete=models.CASCADE, related_name="sessions")
    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="line_session")

    objects = ScopedManager("access__patient", clinic=False)
