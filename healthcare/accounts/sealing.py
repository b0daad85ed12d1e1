"""Seals small secrets that must be read again: the seeds of second factors, the secrets that we
share with other providers, what a browser's session carries on the way to either.

The key is derived from SECRET_KEY, one for each kind; what was sealed under a former key
(SECRET_KEY_FALLBACKS) is still opened.
"""

import base64
import hashlib
import json
from enum import StrEnum
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Sealed(StrEnum):
    """What is sealed; it names the key."""

    SECOND_FACTOR = "second-factor"
    CLIENT = "client-of-a-provider"
    BROWSER = "browser-session"


CURES = {
    Sealed.SECOND_FACTOR: "reset the factor with manage.py reset_second_factor",
    Sealed.CLIENT: "give the secret again with manage.py identity_provider",
    Sealed.BROWSER: "sign in again",
}


class CannotOpen(ValueError):
    """What was sealed cannot be read with the keys at hand."""


def seal(text: str, kind: Sealed) -> str:
    """Encrypt and authenticate a text."""
    return _box(kind).encrypt(text.encode()).decode("ascii")


def unseal(sealed: str, kind: Sealed) -> str:
    """Read what `seal` made.

    Raises:
        CannotOpen: it was sealed under a key that is neither SECRET_KEY nor one of its fallbacks.
    """
    try:
        return _box(kind).decrypt(sealed.encode("ascii")).decode()
    except InvalidToken as error:
        raise CannotOpen(
            f"What belongs to a {kind.replace('-', ' ')} was sealed under another SECRET_KEY: name"
            f" the former key in SECRET_KEY_FALLBACKS, or {CURES[kind]}."
        ) from error


class SealedSerializer:
    """Django's sessions, unreadable in their table: a seed that is not confirmed yet, the secrets
    of a sign-in elsewhere, a form that waits for a fresh proof."""

    def dumps(self, obj: Any) -> bytes:
        """Write and seal."""
        return seal(json.dumps(obj, separators=(",", ":")), Sealed.BROWSER).encode("ascii")

    def loads(self, data: bytes) -> Any:
        """Open and read. Raises `CannotOpen`; Django then begins an empty session."""
        return json.loads(unseal(data.decode("ascii"), Sealed.BROWSER))


def _box(kind: Sealed) -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(secret, kind)) for secret in secrets])


def _key(secret: str, kind: Sealed) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(f"mimamori.{kind}:{secret}".encode()).digest())
