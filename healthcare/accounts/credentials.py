"""Random tokens and their keyed hashes, for people, devices, gateways and apps alike.

A token is `mm<kind>_<43 characters>`: 256 random bits, so a plain keyed hash is enough and a
look-up needs no salt. The key is derived from SECRET_KEY: a stolen table alone proves nothing.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Literal

from django.conf import settings

TokenKind = Literal["p", "d", "g", "a", "r", "c"]
PREFIX_LENGTH = 10


@dataclass(frozen=True, slots=True)
class NewToken:
    """`text` is shown once; `prefix` and `hash` are stored."""

    text: str
    prefix: str
    hash: bytes


def new_token(kind: TokenKind) -> NewToken:
    """Draw a token: `p` for a person, `d` for a device, `g` a gateway. Of a member's app: `a` for
    access, `r` to refresh it, and `c` the code that is exchanged for both."""
    text = f"mm{kind}_{secrets.token_urlsafe(32)}"
    return NewToken(text=text, prefix=text[:PREFIX_LENGTH], hash=token_hash(text))


def token_hash(text: str) -> bytes:
    """The 32 bytes under which a token is stored and found."""
    key = hashlib.sha256(b"mimamori.token:" + settings.SECRET_KEY.encode()).digest()
    return hmac.digest(key, text.encode(), "sha256")
