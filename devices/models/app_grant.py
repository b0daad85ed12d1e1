from django.db import models
from django.utils.translation import gettext_lazy as _

from devices.models.member_app import MemberApp
from healthcare.accounts.models import User
from healthcare.history.tracking import tracked
from healthcare.hospitals.scope import ScopedManager
from healthcare.patients.models import Patient


class Ending(models.TextChoices):
    """Why an app may no longer post."""

    MEMBER = "member", _("ended by the member")
    APP = "app", _("ended by the app")
    CODE_REUSED = "code_reused", _("a code was used twice")
    REFRESH_REUSED = "refresh_reused", _("a used-up token was used again")
    APP_RETIRED = "app_retired", _("the app was withdrawn")


@tracked()
class AppGrant(models.Model):
    """A member's yes: this app may post readings of the devices in their hands.

    Bound to the log-in that said it: when that is closed or moved to another person, the app's
    tokens are refused. A telephone number has no part in it.
    """

    app = models.ForeignKey(MemberApp, on_delete=models.PROTECT, related_name="grants")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="app_grants")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="app_grants")
    approved_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.TextField(blank=True, choices=Ending.choices)

    objects = ScopedManager("patient", clinic=False)

    class Meta:
        ordering = ["-approved_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_because__in=["", *Ending.values])
                & (models.Q(ended_because="") ^ models.Q(ended_at__isnull=False)),
                name="app_grant_ends_for_a_reason",
            ),
        ]
