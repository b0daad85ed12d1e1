"""`Authorization: Bearer` with a personal token, for the people's API."""

from typing import Any

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from healthcare.accounts.credentials import token_hash
from healthcare.accounts.models import PersonalToken, User


class PersonalTokenAuthentication(BaseAuthentication):
    """Reads `Authorization: Bearer mmp_...`. Other schemes are left to other classes."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, PersonalToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        if len(parts) != 2:
            raise AuthenticationFailed("Write the header as: Authorization: Bearer TOKEN")
        token = (
            PersonalToken.objects.select_related("user")
            .filter(hash=token_hash(parts[1].decode("latin-1")), revoked_at=None)
            .first()
        )
        if token is None or not token.user.is_active:
            raise AuthenticationFailed("This token is unknown or was revoked.")
        today = timezone.now().date()
        if token.last_used_on != today:
            PersonalToken.objects.filter(pk=token.pk).update(last_used_on=today)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return self.keyword


class PersonalTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI description names that header."""

    target_class = "healthcare.accounts.authentication.PersonalTokenAuthentication"
    name = "personalToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A personal token."}
