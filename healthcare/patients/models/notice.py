from django.db import models
from django.utils.translation import gettext_lazy as _

from healthcare.accounts.models import User
from healthcare.hospitals.models import Hospital
from healthcare.hospitals.scope import current
from healthcare.patients.models.break_glass import BreakGlass


class NoticeKind(models.TextChoices):
    """What a hospital is told of."""

    BREAK_GLASS = "breakglass", _("A record was opened in an emergency")
    BUDGET = "budget", _("A clinician looks at more patients than usual today")


class NoticeManager(models.Manager["Notice"]):
    """Notices of the hospital whose scope is in force; raises `ScopeMissing` outside one."""

    def get_queryset(self) -> models.QuerySet["Notice"]:
        scope = current()
        rows = super().get_queryset()
        if scope.kind == "system":
            return rows
        if scope.kind == "hospital" and scope.hospital_id and scope.user_id is None:
            return rows.filter(hospital_id=scope.hospital_id)
        return rows.none()


class Notice(models.Model):
    """Something a hospital's lead has to look at. The reason is a person's own words and may speak
    of a patient, so notices belong to their hospital."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="notices")
    kind = models.TextField(choices=NoticeKind.choices)
    at = models.DateTimeField()
    about = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", help_text="the clinician who did it"
    )
    reason = models.TextField()
    opening = models.ForeignKey(
        BreakGlass, on_delete=models.PROTECT, null=True, related_name="notices"
    )
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = NoticeManager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=NoticeKind.values), name="notice_kind_is_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["hospital"], condition=models.Q(seen_at=None), name="notices_to_look_at"
            ),
        ]
