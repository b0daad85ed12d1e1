"""Posts as the web server hands them in: at once, to the application that it calls."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from asgiref.testing import ApplicationCommunicator
from django.db import connections

from healthcare.rest.front import Front
from healthcare.rest.machines import Application

PATH = "/api/v1/readings"
PATIENCE = 60
django = Application()


@dataclass(frozen=True)
class Answered:
    status_code: int
    headers: dict[str, str]
    content: bytes

    def __getitem__(self, name: str) -> str:
        return self.headers[name.lower()]

    def json(self) -> Any:
        return json.loads(self.content)


def in_a_thread(environ: Any, start_response: Any) -> Iterable[bytes]:
    """Django, in a thread that gives its connection back: the test's database goes."""
    try:
        return [b"".join(django(environ, start_response))]
    finally:
        connections.close_all()


front = Front(in_a_thread)


async def ask(
    body: bytes | Sequence[bytes],
    *,
    path: str = PATH,
    method: str = "POST",
    more_headers: Sequence[tuple[bytes, bytes]] = (),
    **headers: str,
) -> Answered:
    """One request; several pieces of a body come one after the other. A header without a value is
    not sent."""
    pieces = [body] if isinstance(body, bytes) else body
    named = {"content_length": str(sum(map(len, pieces))), "host": "localhost", **headers}
    said = [(n.replace("_", "-").encode(), v.encode()) for n, v in named.items() if v]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "client": ("127.0.0.1", 40000),
        "server": ("127.0.0.1", 80),
        "headers": [*said, *more_headers],
    }
    asked = ApplicationCommunicator(front, scope)
    for place, piece in enumerate(pieces, start=1):
        more = place < len(pieces)
        await asked.send_input({"type": "http.request", "body": piece, "more_body": more})
    start = await asked.receive_output(PATIENCE)
    answered = {name.decode(): value.decode() for name, value in start["headers"]}
    content, more = b"", True
    while more:
        message = await asked.receive_output(PATIENCE)
        content += message.get("body", b"")
        more = message.get("more_body", False)
    await asked.wait(PATIENCE)
    return Answered(start["status"], answered, content)


def post_at_once(posts: Iterable[tuple[str, Any]]) -> list[Answered]:
    """A device's token and what it says, each by a client of its own, all at the same time."""

    async def all_of_them() -> list[Answered]:
        return await asyncio.gather(
            *(
                ask(
                    body if isinstance(body, bytes) else json.dumps(body).encode(),
                    content_type="application/json",
                    authorization=f"Bearer {token}",
                )
                for token, body in posts
            )
        )

    return asyncio.run(all_of_them())
