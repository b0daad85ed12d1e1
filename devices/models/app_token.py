from authlib.oauth2.rfc6749 import TokenMixin
from django.db import models

from devices.models.app_grant import AppGrant
from devices.models.member_app import SCOPE, MemberApp
from healthcare.hospitals.scope import ScopedManager


class AppToken(TokenMixin, models.Model):  # type: ignore[misc]
    """An access token and the refresh token that came with it; one pair of a grant is live.

    Only keyed hashes are stored. A pair that was replaced is kept until it would have expired: its
    refresh token seen again means that two have it, and ends the grant.
    """

    grant = models.ForeignKey(AppGrant, on_delete=models.CASCADE, related_name="tokens")
    access_hash = models.BinaryField(max_length=32, unique=True)
    refresh_hash = models.BinaryField(max_length=32, unique=True)
    issued_at = models.DateTimeField()
    access_expires_at = models.DateTimeField()
    refresh_expires_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedManager("grant__patient", clinic=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["grant"],
                condition=models.Q(replaced_at=None),
                name="one_live_token_a_grant",
            ),
        ]

    # What Authlib asks of a token.

    def check_client(self, client: MemberApp) -> bool:
        return self.grant.app_id == client.pk

    def get_scope(self) -> str:
        return SCOPE
