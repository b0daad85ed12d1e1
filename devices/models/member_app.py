from authlib.oauth2.rfc6749 import ClientMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models

from devices.redirects import fits
from healthcare.history.tracking import tracked

SCOPE = "readings.write"
GRANT_TYPES = ("authorization_code", "refresh_token")


@tracked()
class MemberApp(ClientMixin, models.Model):  # type: ignore[misc]
    """An app that members may let post for them. Registered by an administrator.

    It is a public client: it has no secret, because a secret in an app is none. What protects a
    member is the exact redirect address, PKCE, and their own yes.
    """

    client_id = models.TextField(unique=True)
    name = models.TextField(unique=True, help_text="as members read it when they are asked")
    redirect_uris = ArrayField(models.TextField())
    registered_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="member_app_has_name"),
        ]

    def __str__(self) -> str:
        return self.name

    # What Authlib asks of a client.

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """There is none: each request names the address that it wants."""
        return None

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """One scope exists, and it must be asked for by name."""
        return SCOPE if scope == SCOPE else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return any(fits(redirect_uri, registered) for registered in self.redirect_uris)

    def check_client_secret(self, client_secret: str) -> bool:
        return False

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "none"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in GRANT_TYPES
