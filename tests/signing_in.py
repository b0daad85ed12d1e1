"""Ways to sign in for tests: at once, or with a password, a code or a passkey over HTTP."""

import base64
import hashlib
import json
import os
from collections.abc import Callable
from functools import wraps
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from django.utils import timezone
from fido2 import cbor
from fido2.cose import ES256

from healthcare.accounts import sessions
from healthcare.accounts.middleware import KEY
from healthcare.accounts.models import Method, User


def strongly(force_login: Callable[..., None]) -> Callable[..., None]:
    """Django's `force_login`, with a session of ours that counts as strongly signed in."""

    @wraps(force_login)
    def enter(client: Client, user: User, backend: str | None = None) -> None:
        force_login(client, user, backend)
        opened = sessions.open_session(
            user=user,
            method=Method.PASSWORD_AND_CODE,
            strong=True,
            now=timezone.now(),
            by=user.actor,
        )
        kept = client.session
        kept[KEY] = opened.pk
        kept.save()

    return enter


def weakly(client: Client, user: User) -> None:
    """Signed in by a password alone, without a request."""
    client.force_login(user)
    sessions.Session.objects.filter(pk=client.session[KEY]).update(
        strong=False, method=Method.PASSWORD
    )


def _websafe(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class SoftAuthenticator:
    """A telephone with one passkey on it, in software: ES256, resident, user verified."""

    origin = "https://testserver"

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = os.urandom(32)
        self.user_handle = ""
        self.verifies_user = True

    def create(self, options: dict[str, Any]) -> str:
        """What the browser gives back for `navigator.credentials.create`, as JSON."""
        asked = options["publicKey"]
        self.user_handle = asked["user"]["id"]
        cose = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big")
        data = self._data(asked["rp"]["id"], 0x40) + attested + self.credential_id + cose
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            {
                "clientDataJSON": self._client_data("webauthn.create", asked["challenge"]),
                "attestationObject": _websafe(attestation),
            },
            {"credProps": {"rk": True}},
        )

    def get(self, options: dict[str, Any]) -> str:
        """What the browser gives back for `navigator.credentials.get`, as JSON."""
        asked = options["publicKey"]
        client_data = self._client_data("webauthn.get", asked["challenge"])
        data = self._data(asked["rpId"], 0)
        raw = base64.urlsafe_b64decode(client_data + "=" * (-len(client_data) % 4))
        signed = self.key.sign(data + hashlib.sha256(raw).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": client_data,
                "authenticatorData": _websafe(data),
                "signature": _websafe(signed),
                "userHandle": self.user_handle,
            },
            {},
        )

    def _data(self, rp_id: str, flags: int) -> bytes:
        present = 0x05 if self.verifies_user else 0x01
        return hashlib.sha256(rp_id.encode()).digest() + bytes([present | flags]) + bytes(4)

    def _client_data(self, kind: str, challenge: str) -> str:
        said = {"type": kind, "challenge": challenge, "origin": self.origin}
        return _websafe(json.dumps(said).encode())

    def _answer(self, response: dict[str, str], extensions: dict[str, Any]) -> str:
        return json.dumps(
            {
                "id": _websafe(self.credential_id),
                "rawId": _websafe(self.credential_id),
                "type": "public-key",
                "response": response,
                "clientExtensionResults": extensions,
            }
        )
