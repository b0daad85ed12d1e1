"""The protocol, spoken by Authlib: what may be asked for, with which proof, and what is answered.

Public clients only; one scope; S256 only. `approving` decides and keeps, so everything here is
how Authlib is told to ask it. Made anew for each request, because the clock is an argument.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from authlib.integrations.django_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Request, grants
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge

from devices.member_apps import approving
from devices.models import AppCode, AppGrant, AppToken, Ending, MemberApp
from devices.models.member_app import SCOPE
from healthcare.accounts.credentials import new_token, token_hash
from healthcare.accounts.models import User
from healthcare.audit.actors import Actor

AUTH_METHODS = ["none"]


class S256Only(CodeChallenge):  # type: ignore[misc]
    """PKCE, and no way round it: RFC 7636 would read a request without a method as `plain`."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        asked: Mapping[str, str] = grant.request.payload.data
        if not asked.get("code_challenge"):
            raise InvalidRequestError("Missing 'code_challenge': PKCE is required.")
        if asked.get("code_challenge_method") != "S256":
            raise InvalidRequestError("Only the 'code_challenge_method' S256 is supported.")
        super().validate_code_challenge(grant, redirect_uri)


class CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
    """A member's yes for a code, and the code for tokens."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS
    request: OAuth2Request
    server: "MemberAppServer"

    def generate_authorization_code(self) -> str:
        return new_token("c").text

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        approving.approve(
            app=request.client,
            patient=request.user.patient,
            user=request.user,
            code=code,
            challenge=request.payload.data["code_challenge"],
            redirect_uri=request.payload.redirect_uri,
            now=self.server.now,
            by=request.user.actor,
        )

    def query_authorization_code(self, code: str, client: MemberApp) -> AppCode | None:
        return approving.take_code(code=code, app=client, now=self.server.now, by=as_actor(client))

    def authenticate_user(self, authorization_code: AppCode) -> User | None:
        return approving.member_of(authorization_code.grant, now=self.server.now)

    def save_token(self, token: dict[str, str]) -> None:
        self.server.keep(token, self.request.authorization_code.grant)

    def delete_authorization_code(self, authorization_code: AppCode) -> None:
        """Mark it as used: one that was deleted could not be told from one that never was."""
        authorization_code.used_at = self.server.now
        authorization_code.save(update_fields=["used_at"])


class RefreshGrant(grants.RefreshTokenGrant):  # type: ignore[misc]
    """New tokens for a refresh token, which is used up by it."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True
    request: OAuth2Request
    server: "MemberAppServer"

    def authenticate_refresh_token(self, refresh_token: str) -> AppToken | None:
        app = self.request.client
        now = self.server.now
        token = approving.take_refresh(refresh=refresh_token, app=app, now=now, by=as_actor(app))
        # Refused here it is `invalid_grant`, on which an app asks its member anew.
        return token if token and approving.member_of(token.grant, now=now) else None

    def authenticate_user(self, refresh_token: AppToken) -> User:
        user: User = refresh_token.grant.user
        return user

    def save_token(self, token: dict[str, str]) -> None:
        self.server.keep(token, self.request.refresh_token.grant)

    def revoke_old_credential(self, refresh_token: AppToken) -> None:
        """`approving.issue` did, so that two pairs never live side by side."""


class Revocation(RevocationEndpoint):  # type: ignore[misc]
    """The app signs itself off (RFC 7009): the whole approval ends, whichever token it names."""

    CLIENT_AUTH_METHODS = AUTH_METHODS
    server: "MemberAppServer"

    def query_token(self, token_string: str, token_type_hint: str | None) -> AppToken | None:
        hash_ = token_hash(token_string)
        rows = AppToken.objects.select_related("grant")
        return rows.filter(access_hash=hash_).first() or rows.filter(refresh_hash=hash_).first()

    def revoke_token(self, token: AppToken, request: OAuth2Request) -> None:
        by = as_actor(request.client)
        approving.end(grant=token.grant, because=Ending.APP, now=self.server.now, by=by)


class MemberAppServer(AuthorizationServer):  # type: ignore[misc]
    """Authlib's server over our tables, at one moment."""

    def __init__(self, *, now: datetime) -> None:
        super().__init__(MemberApp, AppToken)
        self.now = now
        self.scopes_supported = [SCOPE]
        self.register_token_generator("default", _tokens)
        self.register_grant(CodeGrant, [S256Only(required=True)])
        self.register_grant(RefreshGrant)
        self.register_endpoint(Revocation)

    def query_client(self, client_id: str) -> MemberApp | None:
        return MemberApp.objects.filter(client_id=client_id, retired_at=None).first()

    def keep(self, token: dict[str, str], grant: AppGrant) -> None:
        """Keep the hashes of what is about to be answered."""
        tokens = approving.Pair(token["access_token"], token["refresh_token"])
        by = as_actor(grant.app)
        approving.issue(grant=grant, tokens=tokens, now=self.now, by=by)


def as_actor(app: MemberApp) -> Actor:
    """An app, at the door where it asks for tokens."""
    return Actor("app", str(app.pk), app.name)


def _tokens(**asked: Any) -> dict[str, object]:
    tokens = approving.draw()
    return {
        "token_type": "Bearer",  # nosec B105 # the name of the scheme
        "access_token": tokens.access,
        "expires_in": int(approving.ACCESS_FOR.total_seconds()),
        "refresh_token": tokens.refresh,
        "scope": SCOPE,
    }
