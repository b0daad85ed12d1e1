"""An app of the cast, and the steps of its dance with the server."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.test import Client
from django.urls import reverse

from devices.models import MemberApp
from healthcare.accounts.models import User

PRIVATE = "com.example.app:/oauth"
LOOPBACK = "http://127.0.0.1/oauth"
HTTPS = "https://app.example/oauth"
VERIFIER = "a-verifier-that-is-long-enough-for-RFC-7636-1234"
# OAuth over plain http is refused by the library everywhere but on the machine itself.
HOST = {"HTTP_HOST": "localhost"}


def challenge(verifier: str = VERIFIER) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def came_back(answer: Any) -> dict[str, str]:
    """What the app receives at its address, with that address."""
    assert answer.status_code == 302, answer.content.decode()
    parts = urlsplit(answer["Location"])
    back = parts._replace(query="").geturl()
    return {**dict(parse_qsl(parts.query)), "": back}


@dataclass
class Phone:
    """An app on a member's phone."""

    app: MemberApp
    client: Client = field(default_factory=Client)

    def asks(self, **changed: str | None) -> dict[str, str]:
        """The query of an authorization request; None leaves a parameter out."""
        said: Mapping[str, str | None] = {
            "response_type": "code",
            "client_id": self.app.client_id,
            "redirect_uri": PRIVATE,
            "scope": "readings.write",
            "state": "a state",
            "code_challenge": challenge(),
            "code_challenge_method": "S256",
            **changed,
        }
        return {name: value for name, value in said.items() if value is not None}

    def page(self, user: User, **changed: str | None) -> Any:
        """The member is shown the question."""
        self.client.force_login(user)
        return self.client.get(reverse("portal:my:authorize"), self.asks(**changed), **HOST)

    def answered(self, user: User, do: str = "allow", **changed: str | None) -> Any:
        """The member presses a button under it."""
        self.client.force_login(user)
        url = reverse("portal:my:authorize", query=self.asks(**changed))
        return self.client.post(url, {"do": do}, **HOST)

    def code(self, user: User, **changed: str | None) -> str:
        return came_back(self.answered(user, **changed))["code"]

    def exchange(self, code: str, **changed: str | None) -> Any:
        return self.token(
            **{
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": PRIVATE,
                "code_verifier": VERIFIER,
                **changed,
            }
        )

    def refresh(self, refresh: str, **changed: str | None) -> Any:
        return self.token(**{"grant_type": "refresh_token", "refresh_token": refresh, **changed})

    def token(self, **said: str | None) -> Any:
        fields = {"client_id": self.app.client_id, **said}
        return self.posts("oauth-token", {k: v for k, v in fields.items() if v is not None})

    def posts(self, name: str, fields: dict[str, str]) -> Any:
        return Client().post(
            reverse(name),
            "&".join(f"{k}={v}" for k, v in fields.items()),
            content_type="application/x-www-form-urlencoded",
            **HOST,
        )

    def connected(self, user: User) -> dict[str, Any]:
        """The whole dance; what the app holds after it."""
        answer = self.exchange(self.code(user))
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = answer.json()
        return found
