"""The link of an invitation: computed when a message is written, known by its keyed hash only."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from uuid import UUID

from django.conf import settings

from healthcare.accounts.credentials import token_hash

# 144 bits in 24 letters: short enough for an SMS, and nobody guesses it.
_BYTES = 18


def token_of(seed: UUID) -> str:
    """The token of an invitation. Who has the tables but not the key cannot make it."""
    key = hashlib.sha256(b"mimamori.invitation:" + settings.SECRET_KEY.encode()).digest()
    return urlsafe_b64encode(hmac.digest(key, seed.bytes, "sha256")[:_BYTES]).decode()


def hash_of(token: str) -> bytes:
    """The 32 bytes under which a token is stored and found."""
    return token_hash(f"invitation:{token}")


def address_of(token: str) -> str:
    """The whole link, as people open it."""
    return f"{settings.PUBLIC_URL}/join/{token}"
