from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from healthcare.history.tracking import tracked
from healthcare.hospitals.scope import ScopedManager
from healthcare.patients.models.patient import Patient


class Purpose(models.TextChoices):
    """What a person may agree to, each on its own."""

    CARE = "care", _("Care: my readings are stored and watched")
    HOSPITAL_REPORT = "hospital_report", _("Reports to my hospital")
    RESEARCH = "research", _("Research, without my name")
    MARKETING = "marketing", _("News and offers")


@tracked()
class Consent(models.Model):
    """A consent that stood for a time. Withdrawing ends the period; the rows are the history."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="consents")
    purpose = models.TextField(choices=Purpose.choices)
    period = DateTimeRangeField(help_text="half-open, [given, withdrawn)")
    given_by = models.TextField(help_text="the actor who recorded it")
    withdrawn_by = models.TextField(blank=True)
    terms = models.TextField(
        blank=True, db_default="", help_text="version of the terms that were shown; empty: unknown"
    )

    objects = ScopedManager("patient", health=False)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="consent_once_at_a_time",
                expressions=[
                    ("patient", RangeOperators.EQUAL),
                    ("purpose", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=models.Q(purpose__in=Purpose.values), name="consent_purpose_is_known"
            ),
        ]
