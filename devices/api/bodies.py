"""A request's body, bounded before and while it is inflated."""

import zlib

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
    if request.META.get("HTTP_TRANSFER_ENCODING"):
        raise BadBody(411, "Send the body with a Content-Length.")
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise BadBody(400, "Content-Length is not a number.") from None
    if length > MAX_BODY:
        if length <= DROPPED:
            _drop(request)
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
    inflated, rest, members = bytearray(), memoryview(packed), 0
    while rest:
        members += 1
        if members > MOST_MEMBERS:
            raise BadBody(400, f"The gzip body has more than {MOST_MEMBERS} members: send one.")
        member = zlib.decompressobj(GZIP)
        while not member.eof:
            # In pieces, because what is left of one is copied each time.
            piece = rest[:PIECE]
            if not piece:
                raise BadBody(400, "The gzip body is cut off.")
            try:
                inflated += member.decompress(piece, min(STEP, limit + 1 - len(inflated)))
            except zlib.error:
                raise BadBody(400, "The body is not gzip, though it says so.") from None
            if len(inflated) > limit:
                raise _too_large()
            left = member.unused_data if member.eof else member.unconsumed_tail
            rest = rest[len(piece) - len(left) :]
    return bytes(inflated)


def _drop(request: HttpRequest) -> None:
    try:
        while request.read(STEP):
            pass
    except UnreadablePostError:
        pass  # the client went away: nobody reads the answer


def _too_large() -> BadBody:
    return BadBody(413, f"The body is larger than {MAX_BODY} bytes: send it in parts.")
