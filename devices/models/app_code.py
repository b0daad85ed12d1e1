from authlib.oauth2.rfc6749 import AuthorizationCodeMixin
from django.db import models

from devices.models.app_grant import AppGrant
from devices.models.member_app import SCOPE
from healthcare.hospitals.scope import ScopedManager


class AppCode(AuthorizationCodeMixin, models.Model):  # type: ignore[misc]
    """An authorization code: exchanged once, within a minute, by whoever knows the secret behind
    the challenge. Only its keyed hash is stored."""

    grant = models.ForeignKey(AppGrant, on_delete=models.CASCADE, related_name="codes")
    hash = models.BinaryField(max_length=32, unique=True)
    challenge = models.TextField(help_text="BASE64URL(SHA256(verifier)), RFC 7636")
    redirect_uri = models.TextField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedManager("grant__patient", clinic=False)

    # What Authlib asks of a code.

    @property
    def code_challenge(self) -> str:
        return self.challenge

    @property
    def code_challenge_method(self) -> str:
        """No other is ever stored."""
        return "S256"

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return SCOPE
