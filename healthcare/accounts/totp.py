"""Codes of an authenticator app (RFC 6238: SHA-1, six digits, thirty seconds), without one."""

import base64
import binascii
import hmac
import struct
from datetime import datetime

STEP = 30
DIGITS = 6


def code_at(secret: str, at: datetime) -> str:
    """The six digits that an app with this secret shows at that time.

    Raises:
        ValueError: `secret` is not base32.
    """
    padded = secret.replace(" ", "").upper()
    try:
        key = base64.b32decode(padded + "=" * (-len(padded) % 8))
    except binascii.Error as error:
        raise ValueError(
            "The secret is base32, as printed with the log-in: letters and digits 2-7."
        ) from error
    digest = hmac.digest(key, struct.pack(">Q", int(at.timestamp()) // STEP), "sha1")
    place = digest[-1] & 0x0F
    (number,) = struct.unpack(">I", digest[place : place + 4])
    return f"{(number & 0x7FFFFFFF) % 10**DIGITS:0{DIGITS}}"
