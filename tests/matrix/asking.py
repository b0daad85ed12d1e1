"""One request and everything it answered. Whatever it wrote is rolled back."""

import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from pypdf import PdfReader

from healthcare.audit.models import AccessEvent
from healthcare.hospitals.scope import Scope, acting_in
from tests.matrix.principals import Principal
from tests.matrix.routes import Route
from tests.matrix.subjects import Subject
from tests.matrix.table import Call, Format
from tests.matrix.world import World

LOOKING = Scope.system("the matrix reads access events")
_pdfs: dict[str, str] = {}


@dataclass(frozen=True)
class Question:
    """Who asks for what, and how."""

    route: Route
    method: str
    call: Call | None
    principal: Principal
    format: Format
    subject: Subject | None = None
    empty: bool = False

    def __str__(self) -> str:
        what = f" on {self.subject.label}" if self.subject else ""
        how = f"{self.format.name}{', empty body' if self.empty else ''}"
        return f"{self.method} {self.route.name} as {self.principal.name}{what} ({how})"

    @property
    def path(self) -> str:
        ids = dict.fromkeys(self.route.parameters, self.subject.id) if self.subject else {}
        return self.route.at(ids)


@dataclass(frozen=True)
class Answer:
    """What came back, and who was noted as seen: (patient, actor kind, actor id), counted."""

    question: Question
    response: HttpResponse
    body: bytes
    events: Counter[tuple[str, str, str]]

    @property
    def status(self) -> int:
        return self.response.status_code

    @cached_property
    def text(self) -> str:
        """The body as a person would read it."""
        if self.body.startswith(b"%PDF"):
            return _text_of(self.body)
        return self.body.decode("utf-8", "replace")

    @cached_property
    def headers(self) -> str:
        """All headers and cookies, the address to go to included."""
        lines = [f"{name}: {value}" for name, value in self.response.items()]
        return "\n".join(lines + [str(cookie) for cookie in self.response.cookies.values()])

    @cached_property
    def shape(self) -> tuple[str, str, str]:
        """The answer without what differs between two requests: the path asked for and tokens
        against forged requests. Foreign and absent have to have the same."""
        return str(self.status), self._plain(self.headers), self._plain(self.text)

    def _plain(self, text: str) -> str:
        path = self.question.path
        for shown in {path, quote(path, safe=""), quote(path)}:
            text = text.replace(shown, "{path}")
        text = re.sub(r'(csrfmiddlewaretoken" value=")[^"]+', r"\1", text)
        text = re.sub(r"Set-Cookie: \w+=[^;]+; expires=[^;]+", "Set-Cookie", text)
        return re.sub(r"Content-Length: \d+", "Content-Length", text)


def ask(world: World, question: Question, *, sent_by: Client | None = None) -> Answer:
    """Send it as its principal and note what happened; nothing of it stays. `sent_by` is another
    browser, which does not get to see the pages that its body is made of."""
    with transaction.atomic():
        client = client_of(world, question.principal)
        written: list[bool] = []
        with connection.execute_wrapper(partial(_watch, written)):
            request = _request(world, client, question)
            response = (sent_by or client).generic(**request)
            body = b"".join(response) if response.streaming else response.content
        events = _events(world) if written else Counter()
        transaction.set_rollback(True)
    return Answer(question, response, body, events)


def client_of(world: World, principal: Principal, **how: Any) -> Client:
    """A browser or a program with what this principal has to show."""
    client = Client(raise_request_exception=False, **how)
    if principal.way == "session":
        client.cookies[settings.SESSION_COOKIE_NAME] = world.sessions[principal.name]
    elif principal.way != "nothing":
        client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {world.tokens[principal.name]}"
    return client


def _request(world: World, client: Client, question: Question) -> dict[str, Any]:
    call = question.call
    query = {**(call.query if call else {}), **question.format.query}
    request: dict[str, Any] = {
        "method": question.method,
        "path": question.path,
        "query_params": query,
        "headers": dict(question.format.headers),
    }
    if call is None or question.method == "GET":
        return request
    body = call.body
    if question.empty or body is None:
        body = {}
    elif callable(body):
        body = body(client, world, question.principal.name)
    kind = call.content_type or "multipart/form-data"
    data, content_type = _encoded(body, kind)
    return {**request, "data": data, "content_type": content_type}


def _encoded(body: Mapping[str, Any] | bytes, kind: str) -> tuple[bytes, str]:
    if isinstance(body, bytes):
        return body, kind
    if kind == "multipart/form-data":
        return encode_multipart(BOUNDARY, dict(body)), MULTIPART_CONTENT
    return json.dumps(body).encode(), kind


def _watch(written: list[bool], execute: Any, sql: Any, *args: Any) -> Any:
    """Most requests note nothing: only after one that did are the events read back."""
    if "audit_accessevent" in str(sql):
        written.append(True)
    return execute(sql, *args)


def _events(world: World) -> Counter[tuple[str, str, str]]:
    with acting_in(LOOKING):
        rows = AccessEvent.objects.filter(pk__gt=world.last_event).values_list(
            "patient_id", "actor_kind", "actor_id"
        )
        return Counter((world.person_of(pk), kind, actor) for pk, kind, actor in rows)


def _text_of(pdf: bytes) -> str:
    digest = hashlib.sha256(pdf).hexdigest()
    if digest not in _pdfs:
        pages = PdfReader(io.BytesIO(pdf)).pages
        _pdfs[digest] = "\n".join(page.extract_text() for page in pages)
    return _pdfs[digest]
