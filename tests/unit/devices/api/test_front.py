"""What stands before Django: it takes a device's small post, and leaves everything else alone."""

import asyncio
import gzip
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from devices.together import company
from healthcare.rest.machines import Application
from tests import front
from tests.cast import Cast
from tests.front import PATH, Answered, ask
from tests.unit.devices.conftest import Hand, item

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

JSON = "application/json"


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The texts of the items that were committed with others."""
    receive, found = company.receive, []

    async def told(batch: Any, *, hash: bytes) -> Any:
        found.append(batch.text(0).encode())
        return await receive(batch, hash=hash)

    monkeypatch.setattr(company, "receive", told)
    return found


@pytest.fixture
def token(cast: Cast, hand: Hand) -> str:
    return hand(cast.hanako).token


def asked(body: Any, token: str = "", **named: Any) -> Answered:
    usual = {"content_type": JSON, "authorization": f"Bearer {token}"}
    return asyncio.run(ask(body, **{**usual, **named}))


def said(*, minutes: int = 0) -> bytes:
    """A reading of so many minutes ago."""
    at = timezone.now() - timedelta(minutes=minutes)
    return json.dumps(item(measured_at=at.isoformat())).encode()


def test_the_answer_is_djangos(token: str, taken: list[bytes]) -> None:
    body = said()
    here = asked(body, token)
    assert taken == [body]
    other = said(minutes=5)
    there = Client().post(
        PATH, other, content_type=JSON, headers={"Authorization": f"Bearer {token}"}
    )
    assert (here.status_code, here.json()) == (there.status_code, there.json())
    assert here.status_code == 201
    for name in ("Content-Type", "Cache-Control"):
        assert here[name] == there[name]
    assert here["X-Content-Type-Options"] == "nosniff"
    assert int(here["Content-Length"]) == len(here.content)


def test_a_body_in_pieces(token: str, taken: list[bytes]) -> None:
    body = said()
    assert asked([body[:7], body[7:9], body[9:]], token).status_code == 201
    assert taken == [body]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"method": "PUT"}, 405),
        ({"content_type": "application/json; charset=utf-8"}, 201),
        ({"content_type": ""}, 415),
        ({"content_type": "text/plain"}, 415),
        ({"content_length": ""}, 400),
        ({"content_length": "١٢"}, 400),
        ({"content_length": "-1"}, 400),
        ({"authorization": ""}, 401),
        ({"authorization": "Basic mmd_x"}, 401),
        ({"transfer_encoding": "chunked"}, 411),
        ({"content_encoding": "br"}, 415),
        ({"more_headers": [(b"authorization", b"Bearer mmd_x")]}, 401),
    ],
)
def test_what_is_unusual_is_for_django(
    token: str, taken: list[bytes], change: dict[str, Any], status: int
) -> None:
    answer = asked(said(), token, **change)
    assert answer.status_code == status
    assert bool(taken) == (status == 201)
    if status != 201:
        assert answer["Content-Type"] == "application/problem+json"


def test_a_list_a_packed_and_a_long_body_are_for_django(token: str, taken: list[bytes]) -> None:
    listed = b'{"readings": [%s, %s]}' % (said(minutes=1), said(minutes=2))
    assert asked(listed, token).json()["accepted"] == 2
    packed = gzip.compress(said(minutes=3))
    assert asked(packed, token, content_encoding="gzip").status_code == 201
    long = said(minutes=4) + b" " * 4096
    assert asked([long[:1000], long[1000:]], token).status_code == 201
    assert taken == []


def test_what_nobody_can_read_is_a_400(token: str, taken: list[bytes]) -> None:
    for body in (b"{", b"[]", b"", b"\xff", b"[" * 4000):
        assert asked(body, token).status_code == 400
    assert taken == []


def test_plain_http_is_redirected_where_https_is_asked_for(
    token: str, taken: list[bytes], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = None
    monkeypatch.setattr(front, "django", Application())  # reads the settings when it is made
    assert asked(said(), token, x_forwarded_proto="https").status_code == 301
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert asked(said(), token).status_code == 301
    assert asked(said(), token, x_forwarded_proto="http").status_code == 301
    assert taken == []
    assert asked(said(), token, x_forwarded_proto="https").status_code == 201
    assert len(taken) == 1


def test_other_paths_go_through_the_whole_house() -> None:
    answer = asked(b"", path="/healthz", method="GET", content_length="")
    assert answer.status_code == 200
    assert "content-security-policy" in answer.headers
