from django.db import models

from healthcare.hospitals.scope import ScopedManager
from reports.models.report import Report


class ReportFile(models.Model):
    """The PDF of a report, beside the row so that lists stay narrow. In the database, so that one
    backup holds both and every machine can serve it."""

    report = models.OneToOneField(
        Report, on_delete=models.CASCADE, primary_key=True, related_name="file"
    )
    pdf = models.BinaryField()

    objects = ScopedManager("report__patient", hospital="report__hospital")
