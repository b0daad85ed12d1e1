"""A message as it came, and the letter in it: a token, a media type and a body.

MQTT 5 has room for the token beside the payload; a device that speaks 3.1.1 puts both into an
envelope (docs/formats/mqtt.md). Nothing here asks the database.
"""

import hashlib
import re
from dataclasses import dataclass

import msgspec

from devices.api.bodies import BadBody, inflate
from devices.models import DeadLetterReason
from devices.wire import native
from healthcare.rest.parsers import MAX_BODY

# As it lies at the broker; inflated, a body has the bound that it has over HTTP.
MAX_PAYLOAD = 1024 * 1024
# Of what is too large, and of what nobody known sent, so much is kept.
HEAD = 64 * 1024
TOKEN = re.compile(rb"mm[a-z]_[A-Za-z0-9_-]{43}")
CUT_OUT = b"[token]"
_ENVELOPE = '{"token": "mmd_...", "content_type": "application/json", "body": {...}}'


class Refused(Exception):
    """A message that is no body of readings from anybody we know, and why. `status` is what HTTP
    would answer."""

    def __init__(self, reason: DeadLetterReason, status: int, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.status = status
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Message:
    """What the broker brought. `payload` is cut at MAX_PAYLOAD; `size` and `sha256` are of all."""

    topic: str
    payload: bytes
    size: int
    sha256: bytes
    content_type: str = ""
    encoding: str = ""
    authorization: str = ""

    @property
    def is_cut(self) -> bool:
        return self.size > len(self.payload)

    def whose(self) -> bytes:
        """Names the sender well enough to keep one sender's messages in order."""
        found = TOKEN.search(self.payload) if not self.authorization else None
        return self.authorization.encode() or (found.group() if found else self.topic.encode())


def message(
    topic: str,
    payload: bytes,
    *,
    content_type: str = "",
    encoding: str = "",
    authorization: str = "",
) -> Message:
    """A message of any size, in bounds."""
    return Message(
        topic=topic,
        payload=payload if len(payload) <= MAX_PAYLOAD else payload[:HEAD],
        size=len(payload),
        sha256=hashlib.sha256(payload).digest(),
        content_type=content_type,
        encoding=encoding,
        authorization=authorization,
    )


def without_tokens(text: bytes) -> bytes:
    """As it may be kept: no token is written anywhere."""
    return TOKEN.sub(CUT_OUT, text)


@dataclass(frozen=True, slots=True)
class Letter:
    """Who says to send it, and what, still packed."""

    token: str
    media_type: str
    encoding: str
    packed: bytes

    def body(self) -> bytes:
        """The body. Ask for it once the sender is known: inflating costs. Raises Refused."""
        encoding = self.encoding.strip().lower()
        if encoding in ("", "identity"):
            return self.packed
        if encoding != "gzip":
            raise Refused(
                DeadLetterReason.UNSUPPORTED,
                415,
                f"content-encoding {encoding[:40]!r} is not supported: send gzip.",
            )
        try:
            return inflate(self.packed, limit=MAX_BODY)
        except BadBody as problem:
            large = problem.status == 413
            reason = DeadLetterReason.TOO_LARGE if large else DeadLetterReason.UNREADABLE
            raise Refused(reason, problem.status, problem.detail) from None


class _Envelope(msgspec.Struct):
    token: str
    body: msgspec.Raw
    content_type: str = native.JSON


def letter(message: Message) -> Letter:
    """What is in a message. Raises Refused when there is no letter to be found in it."""
    if message.authorization:
        scheme, _, token = message.authorization.partition(" ")
        token = token.strip() if scheme.lower() == "bearer" else ""
        return Letter(token, media_type(message.content_type), message.encoding, message.payload)
    if message.is_cut:
        raise too_large(message)
    try:
        envelope = msgspec.json.decode(message.payload, type=_Envelope)
        body = bytes(envelope.body)
        if body.startswith(b'"'):
            body = msgspec.json.decode(body, type=str).encode()
    except (msgspec.MsgspecError, RecursionError, ValueError):
        raise Refused(
            DeadLetterReason.UNREADABLE,
            400,
            f"Neither a user property authorization (MQTT 5) nor an envelope: publish {_ENVELOPE}.",
        ) from None
    return Letter(envelope.token, media_type(envelope.content_type), "", body)


def too_large(message: Message) -> Refused:
    """Why a message that was cut is refused."""
    return Refused(
        DeadLetterReason.TOO_LARGE,
        413,
        f"The message has {message.size} bytes, more than {MAX_PAYLOAD}: publish it in parts.",
    )


def media_type(content_type: str) -> str:
    """The media type without its parameters; JSON where none is said."""
    return content_type.partition(";")[0].strip().lower() or native.JSON
