from django.db import models
from django.utils.translation import gettext_lazy as _

from healthcare.accounts.models.identity_provider import IdentityProvider
from healthcare.accounts.models.user import User


class Method(models.TextChoices):
    """How somebody signed in."""

    PASSWORD = "password", _("Password")
    PASSWORD_AND_CODE = "password+totp", _("Password and code")
    PASSWORD_AND_PASSKEY = "password+passkey", _("Password and passkey")
    PASSKEY = "passkey", _("Passkey")
    RECOVERY_CODE = "recovery code", _("Recovery code")
    OIDC = "oidc", _("Another provider's account")


class Session(models.Model):
    """Somebody is signed in in a browser. Django's session carries this row's key; the row decides
    whether it still counts, so ending it takes effect with the next request."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    method = models.TextField(choices=Method.choices)
    strong = models.BooleanField(help_text="a second factor, or a passkey, was shown")
    opened_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(help_text="to within half a minute")
    proved_at = models.DateTimeField(help_text="when the person last showed what they sign in with")
    ended_at = models.DateTimeField(null=True)
    address = models.GenericIPAddressField(null=True)
    browser = models.TextField(blank=True, help_text="in words: Firefox on Windows")
    provider = models.ForeignKey(
        IdentityProvider,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="at which they signed in, if not here",
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["user"], name="live_session_of_user", condition=models.Q(ended_at=None)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(method__in=Method.values), name="session_method_is_known"
            ),
        ]
