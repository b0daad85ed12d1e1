"""A request's body, bounded before and while it is inflated."""

import zlib
from contextlib import suppress
from dataclasses import dataclass

from django.http import HttpRequest, UnreadablePostError

from healthcare.rest.parsers import MAX_BODY

GZIP = 16 + zlib.MAX_WBITS
STEP = 256 * 1024
# So far beyond the bound a body is still received, to be dropped: a client that is cut off while it
# sends sees a broken connection and not the 413 that says what to do.
DROPPED = 4 * MAX_BODY


@dataclass(frozen=True, slots=True)
class BadBody(Exception):
    """A body that will not be read: the status to answer and a sentence with the cure."""

    status: int
    detail: str


def read(request: HttpRequest) -> bytes:
    """The body, inflated when it says gzip. Raises BadBody."""
    if request.META.get("HTTP_TRANSFER_ENCODING"):
        raise BadBody(411, "Send the body with a Content-Length.")
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise BadBody(400, "Content-Length is not a number.") from None
    if length > MAX_BODY:
        drop(request)
        raise _too_large()
    try:
        body = request.body
    except UnreadablePostError:
        raise BadBody(400, "The body ended before its Content-Length.") from None
    encoding = request.META.get("HTTP_CONTENT_ENCODING", "identity").strip().lower()
    if encoding == "identity":
        return body
    if encoding == "gzip":
        return inflate(body, limit=MAX_BODY)
    raise BadBody(415, f"Content-Encoding {encoding[:40]!r} is not supported: send gzip.")


def inflate(packed: bytes, *, limit: int) -> bytes:
    """Inflate one or more gzip members, never holding more than `limit` bytes of output."""
    inflated = bytearray()
    while packed:
        member = zlib.decompressobj(GZIP)
        while not member.eof:
            try:
                inflated += member.decompress(packed, min(STEP, limit + 1 - len(inflated)))
            except zlib.error:
                raise BadBody(400, "The body is not gzip, though it says so.") from None
            if len(inflated) > limit:
                raise _too_large()
            packed = member.unconsumed_tail
            if not packed and not member.eof:
                raise BadBody(400, "The gzip body is cut off.")
        packed = member.unused_data
    return bytes(inflated)


def drop(request: HttpRequest) -> None:
    """Receive a body that nobody will read, within bounds, so that the client reads the answer."""
    with suppress(ValueError, UnreadablePostError):  # no length; or it went away and reads nothing
        if int(request.META.get("CONTENT_LENGTH") or 0) <= DROPPED:
            while request.read(STEP):
                pass


def _too_large() -> BadBody:
    return BadBody(413, f"The body is larger than {MAX_BODY} bytes: send it in parts.")
