from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from healthcare.history.tracking import tracked
from packages.features import validate_features
from packages.models.package import Package


@tracked()
class PackageVersion(models.Model):
    """What a package opens during a time. A change of features or prices is a new version.

    Existing subscriptions move to a new version's price with the next period they begin.
    """

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="versions")
    valid = DateRangeField(help_text="half-open days")
    features = models.JSONField(
        validators=[validate_features], help_text="see packages.features.Features"
    )
    trial_days = models.PositiveSmallIntegerField(default=0)
    minimum_term_months = models.PositiveSmallIntegerField(default=0)
    usage = models.JSONField(
        default=dict, blank=True, help_text="component to its rating, as in an invoice preview"
    )

    class Meta:
        ordering = ["package", "valid"]
        constraints = [
            ExclusionConstraint(
                name="one_version_at_a_time",
                expressions=[("package", RangeOperators.EQUAL), ("valid", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                condition=models.Q(valid__isempty=False, valid__startswith__isnull=False),
                name="version_begins",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    features__has_keys=[
                        "reading_kinds",
                        "history_days",
                        "report_cadence",
                        "hospital_sharing",
                        "sleep_analysis",
                        "included_reports",
                    ]
                ),
                name="features_are_complete",
            ),
        ]
