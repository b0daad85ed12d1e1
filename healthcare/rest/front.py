"""What the server calls: small posts of machines on the event loop, everything else in threads.

Django answers people, one thread a request. A device posts one reading and waits for one commit,
and hundreds do so at once: a thread each would spend more on taking turns than on the reading. So
the doors that `SMALL_POSTS` names by path take such a post as a coroutine. Whatever one of them
leaves alone goes on to Django, whose view at that path says what is wrong with it: the same
process, the same settings and the same answers.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, NamedTuple

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.utils.module_loading import import_string

from healthcare.rest.machines import FOR_MACHINES

# Requests that Django answers at the same time; each thread keeps a connection to the database.
THREADS = 32
# A body that is longer is no single item: it is received by the view, which knows who sends it.
SMALL = 4096
HEADERS = [(name.lower().encode(), value.encode()) for name, value in FOR_MACHINES]

# Names in lower case, as ASGI has them.
Headers = Mapping[bytes, bytes]
Scope = Any
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


class Answer(NamedTuple):
    """A status, a media type and a body."""

    status: int
    content_type: str
    body: bytes


# Takes headers and body. None: Django's view answers, as if nothing had been tried.
Door = Callable[[Headers, bytes], Awaitable[Answer | None]]


class Front:
    """The ASGI application before a WSGI application, which is Django's."""

    def __init__(self, django: Any) -> None:
        self._django: Any = WSGIMiddleware(django, workers=THREADS)
        doors = settings.SMALL_POSTS
        self._doors: dict[str, Door] = {path: import_string(doors[path]) for path in doors}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        door = self._doors.get(scope.get("path", ""))
        headers: Headers = dict(scope["headers"]) if door is not None else {}
        if door is None or not (_is_small_post(scope, headers) and _is_safe(scope, headers)):
            await self._django(scope, _again((), receive), send)
            return
        messages = await _received(receive)
        answer = await door(headers, b"".join(message.get("body", b"") for message in messages))
        if answer is None:
            await self._django(scope, _again(messages, receive), send)
            return
        length = str(len(answer.body)).encode()
        said = [(b"content-type", answer.content_type.encode()), (b"content-length", length)]
        start = {"type": "http.response.start", "status": answer.status}
        await send({**start, "headers": [*said, *HEADERS]})
        await send({"type": "http.response.body", "body": answer.body})


def _is_small_post(scope: Scope, headers: Headers) -> bool:
    length = headers.get(b"content-length", b"")
    # Digits of ASCII alone: isdigit() of bytes knows no others.
    small = length.isdigit() and len(length) <= 5 and int(length) <= SMALL
    # What a header means that is there twice is Django's to decide.
    plain = len(headers) == len(scope["headers"]) and b"transfer-encoding" not in headers
    return bool(scope["method"] == "POST" and small and plain)


def _is_safe(scope: Scope, headers: Headers) -> bool:
    """Came by https where that is asked for; else Django redirects it."""
    if not settings.SECURE_SSL_REDIRECT or scope["scheme"] == "https":
        return True
    name, value = settings.SECURE_PROXY_SSL_HEADER or ("", "")
    header = name.removeprefix("HTTP_").replace("_", "-").lower().encode()
    said: str = headers.get(header, b"").decode("latin1")
    return bool(name) and said.partition(",")[0].strip() == value


async def _received(receive: Receive) -> list[Any]:
    messages = [await receive()]
    while messages[-1].get("more_body"):
        messages.append(await receive())
    return messages


def _again(messages: Iterable[Any], receive: Receive) -> Receive:
    """These messages once more, and then what comes: by a coroutine, which not every server's own
    `receive` is."""
    left = iter(messages)

    async def next_() -> Any:
        for message in left:
            return message
        return await receive()

    return next_
