from django.db import models

from healthcare.hospitals.scope import ScopedManager
from healthcare.patients.models import Patient


class OptOut(models.Model):
    """This person wants no invitations, for ever: the row is never changed and never deleted."""

    patient = models.OneToOneField(Patient, on_delete=models.PROTECT, related_name="opt_out")
    opted_out_at = models.DateTimeField()
    by = models.TextField(help_text="the actor; `nobody:invitation` is who held the link")

    objects = ScopedManager("patient", health=False, clinic=False)
