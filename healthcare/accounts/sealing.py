"""Seals small secrets that must be read again: the seeds of second factors.

The key is derived from SECRET_KEY; what was sealed under a former key (SECRET_KEY_FALLBACKS) is
still opened.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class CannotOpen(ValueError):
    """What was sealed cannot be read with the keys at hand."""


def seal(text: str) -> str:
    """Encrypt and authenticate a text."""
    return _box().encrypt(text.encode()).decode("ascii")


def unseal(sealed: str) -> str:
    """Read what `seal` made.

    Raises:
        CannotOpen: it was sealed under a key that is neither SECRET_KEY nor one of its fallbacks.
    """
    try:
        return _box().decrypt(sealed.encode("ascii")).decode()
    except InvalidToken as error:
        raise CannotOpen(
            "A second factor was sealed under another SECRET_KEY: name the former key in "
            "SECRET_KEY_FALLBACKS, or reset the factor with manage.py reset_second_factor."
        ) from error


def _box() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(secret)) for secret in secrets])


def _key(secret: str) -> bytes:
    return base64.urlsafe_b64encode(
        hashlib.sha256(b"mimamori.second-factor:" + secret.encode()).digest()
    )
