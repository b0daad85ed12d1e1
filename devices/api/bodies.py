"""A request's body, bounded before and while it is inflated."""

import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress

from django.http import HttpRequest, UnreadablePostError

from healthcare.rest.parsers import MAX_BODY

GZIP = 16 + zlib.MAX_WBITS
STEP = 256 * 1024
PIECE = 64 * 1024
# A member costs work even when it holds nothing; whoever packs in parts does so in large ones.
MOST_MEMBERS = 1_000
# So far beyond the bound a body is still received, to be dropped: a client that is cut off while it
# sends sees a broken connection and not the 413 that says what to do.
DROPPED = 4 * MAX_BODY


class BadBody(Exception):
    """A body that will not be read: the status to answer and a sentence with the cure."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


def read(request: HttpRequest) -> bytes:
    """The body, inflated when it says gzip. Raises BadBody."""
    packed = _checked(request)
    try:
        body = request.body
    except UnreadablePostError:
        raise _ended_early() from None
    return inflate(body, limit=MAX_BODY) if packed else body


def pieces(request: HttpRequest) -> Iterator[bytes]:
    """The same piece by piece, of which never more than one is in memory. Raises BadBody."""
    packed = _checked(request)
    received = iter(lambda: request.read(STEP), b"")
    try:
        yield from inflated(received, limit=MAX_BODY) if packed else received
    except UnreadablePostError:
        raise _ended_early() from None


def inflate(packed: bytes, *, limit: int) -> bytes:
    """Inflate one or more gzip members, never holding more than `limit` bytes of output."""
    # Twice, the first time keeping nothing: many bombs at once then cost no memory.
    deque(inflated([packed], limit=limit), maxlen=0)
    return b"".join(inflated([packed], limit=limit))


def inflated(packed: Iterable[bytes], *, limit: int) -> Iterator[bytes]:
    """What the gzip members in these pieces hold, `limit` bytes at most. Raises BadBody."""
    member, members = zlib.decompressobj(GZIP), 1
    begun, left = False, limit
    for piece in _small(packed):
        while piece:
            if member.eof:
                member, begun, members = zlib.decompressobj(GZIP), False, members + 1
            if members > MOST_MEMBERS:
                raise BadBody(400, f"The gzip body has more than {MOST_MEMBERS} members: send one.")
            try:
                plain = member.decompress(piece, min(STEP, left + 1))
            except zlib.error:
                raise BadBody(400, "The body is not gzip, though it says so.") from None
            begun, left = True, left - len(plain)
            if left < 0:
                raise _too_large()
            yield plain
            piece = member.unused_data if member.eof else member.unconsumed_tail
    if begun and not member.eof:
        raise BadBody(400, "The gzip body is cut off.")


def _small(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """In smaller pieces, because what zlib leaves of one is copied each time."""
    for piece in pieces:
        for start in range(0, len(piece), PIECE):
            yield piece[start : start + PIECE]


def _checked(request: HttpRequest) -> bool:
    """Whether the body is gzip, when there is nothing to say against receiving it."""
    if request.META.get("HTTP_TRANSFER_ENCODING"):
        raise BadBody(411, "Send the body with a Content-Length.")
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise BadBody(400, "Content-Length is not a number.") from None
    if length > MAX_BODY:
        drop(request)
        raise _too_large()
    encoding: str = request.META.get("HTTP_CONTENT_ENCODING", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        raise BadBody(415, f"Content-Encoding {encoding[:40]!r} is not supported: send gzip.")
    return encoding == "gzip"


def _ended_early() -> BadBody:
    return BadBody(400, "The body ended before its Content-Length.")


def drop(request: HttpRequest) -> None:
    """Receive a body that nobody will read, within bounds, so that the client reads the answer."""
    with suppress(ValueError, UnreadablePostError):  # no length; or it went away and reads nothing
        if int(request.META.get("CONTENT_LENGTH") or 0) <= DROPPED:
            while request.read(STEP):
                pass


def _too_large() -> BadBody:
    return BadBody(413, f"The body is larger than {MAX_BODY} bytes: send it in parts.")
