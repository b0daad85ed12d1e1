from django.db import models
from django.utils.translation import gettext_lazy as _

from healthcare.hospitals.models import Hospital
from healthcare.hospitals.scope import ScopedManager
from healthcare.patients.models import Patient


class ReportKind(models.TextChoices):
    """Why a report is made."""

    MONTHLY = "monthly", _("monthly")
    WEEKLY = "weekly", _("weekly")
    ASKED = "asked", _("asked for")


class ReportState(models.TextChoices):
    """The life of a report; the row is the work, a message only rings."""

    REQUESTED = "requested", _("requested")
    BUILDING = "building", _("being built")
    READY = "ready", _("ready")
    FAILED = "failed", _("failed")
    REFUSED = "refused", _("not sent: consent or care has ended")


class Report(models.Model):
    """A report about a period, for one hospital. The row asks for the work and holds its end.

    A worker claims a row by one conditional update that sets `leased_until`; a worker that dies
    leaves a lease that runs out, and the sweep rings for the row again.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="reports")
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="reports")
    kind = models.TextField(choices=ReportKind.choices)
    start = models.DateField(help_text="first local day")
    end = models.DateField(help_text="exclusive")
    version = models.PositiveSmallIntegerField(default=1)
    language = models.CharField(max_length=2, choices=[("en", "en"), ("ja", "ja")])
    state = models.TextField(choices=ReportState.choices, default=ReportState.REQUESTED)
    requested_at = models.DateTimeField()
    requested_by = models.TextField()
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True, help_text="for the operations desk; no health data")
    built_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True, help_text="in the hospital's inbox since")
    scheme = models.TextField(blank=True)
    scheme_version = models.TextField(blank=True)
    facts = models.JSONField(null=True, help_text="the summary object that the report prints")
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(default=0, help_text="bytes of the PDF")

    objects = ScopedManager("patient", hospital="hospital")

    class Meta:
        ordering = ["-start", "-requested_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "hospital", "kind", "start", "end", "version"],
                name="report_once",
            ),
            models.CheckConstraint(
                condition=models.Q(start__lt=models.F("end")), name="report_period_not_empty"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="ready")
                | (models.Q(built_at__isnull=False) & ~models.Q(sha256="")),
                name="report_ready_has_a_file",
            ),
        ]
        indexes = [
            models.Index(
                fields=["leased_until", "id"],
                name="report_open_work",
                condition=models.Q(state__in=["requested", "building"]),
            ),
        ]
