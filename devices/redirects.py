"""Where an app may be sent back to, by RFC 8252: its own https address, a private-use scheme, or
the loopback interface. Nothing is matched by a prefix or a pattern."""

import re
from urllib.parse import SplitResult, urlsplit

LOOPBACK = ("127.0.0.1", "::1")
# A reverse domain name that the app's maker holds: com.example.app. Without a dot, anybody's.
_PRIVATE = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")


class BadRedirect(ValueError):
    """The sentence says what is wrong and what to write."""


def check(uri: str) -> str:
    """The address as it may be registered. Raises BadRedirect."""
    if not uri.isascii() or not uri.isprintable() or set(uri) & set(" \"'<>\\*;,"):
        raise BadRedirect(f"{uri!r}: write plain ASCII, without blanks, quotes, * ; or comma.")
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        raise BadRedirect(f"{uri!r} is no address.") from None
    if "#" in uri or parts.username is not None or parts.password is not None:
        raise BadRedirect(f"{uri}: without a fragment and without a user.")
    if parts.scheme == "https" and parts.hostname:
        return uri
    if parts.scheme == "http":
        if parts.hostname not in LOOPBACK:
            raise BadRedirect(f"{uri}: http is for 127.0.0.1 and [::1] alone; write https.")
        if port is not None:
            raise BadRedirect(f"{uri}: leave the port out; the app may use any that is free.")
        return uri
    if _PRIVATE.fullmatch(parts.scheme) and not parts.netloc and parts.path.startswith("/"):
        return uri
    raise BadRedirect(
        f"{uri}: write https://..., http://127.0.0.1/..., or com.example.app:/... with a domain"
        " of yours turned round."
    )


def fits(asked: str, registered: str) -> bool:
    """Whether an app may be sent to `asked`: the registered address, character by character; on
    the loopback interface at any port, because the system gives the app a free one."""
    if asked == registered:
        return True
    kept = urlsplit(registered)
    if kept.scheme != "http" or kept.hostname not in LOOPBACK:
        return False
    try:
        parts = urlsplit(asked)
        port = parts.port
    except ValueError:
        return False
    return port is not None and asked == _with_port(kept, port)


def _with_port(parts: SplitResult, port: int) -> str:
    return parts._replace(netloc=f"{parts.netloc}:{port}").geturl()


def origin(uri: str) -> str:
    """The part of an address that a Content-Security-Policy can allow a form to lead to."""
    parts = urlsplit(uri)
    if parts.scheme in ("http", "https"):
        return f"{parts.scheme}://{parts.netloc}"
    return f"{parts.scheme}:"
