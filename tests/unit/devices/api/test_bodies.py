"""Bodies that cannot be read get a 4xx that says why, as problem+json, and never a 5xx."""

import gzip
import json
import zlib
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory

from devices import authenticating, ingest, registry
from devices.api import bodies
from devices.wire import batch
from healthcare.hospitals.scope import Scope, acting_in
from tests.unit.devices.conftest import BY, Handed, Post, item

DEEP = 50_000


def problem(answer: Any) -> dict[str, Any]:
    assert answer["Content-Type"] == "application/problem+json"
    said: dict[str, Any] = answer.json()
    assert said["status"] == answer.status_code
    assert said["title"]
    assert said["detail"]
    return said


@pytest.mark.parametrize(
    "body",
    [
        b"   \n",
        b"not json",
        b"[]",
        b"3",
        b'"text"',
        b'{"readings": 3}',
        b'{"readings": [}',
        b'{"readings": [NaN]}',
        b'{"readings": ["\xff\xfe"]}',
        b"\xff",
        b"[" * DEEP,
        b'{"a":' * DEEP + b"1" + b"}" * DEEP,
        b'{"readings": [' + b"[" * DEEP + b"]" * DEEP + b"]}",
        b'{"readings": [], "readings": []}',
        b'{"kind": "blood_pressure", "systolic": 1' + b"0" * 5000 + b"}",
        b'{"kind": "blood_pressure", "columns": {}}',
        b'{"kind": "blood_pressure", "columns": {"systolic": 3}}',
        b'{"kind": "blood_pressure", "columns": {"systolic": [1], "diastolic": []}}',
        b'{"kind": "blood_pressure", "columns": {"systolic": [1], "systolic": [2]}}',
    ],
)
def test_an_unreadable_body_is_400(cuff: Handed, post: Post, body: bytes) -> None:
    answer = post(cuff.token, body)
    assert answer.status_code == 400
    problem(answer)


def test_unequal_columns_name_the_column(cuff: Handed, post: Post) -> None:
    answer = post(cuff.token, b'{"kind": "sleep", "columns": {"id": ["1", "2"], "started_at": []}}')
    assert problem(answer)["errors"][0]["field"] == "columns.started_at"


@pytest.mark.parametrize(
    "broken",
    [
        b'{"kind": "blood_pressure", "kind": "sleep"}',
        b'{"kind": "blood_pressure", "systolic": 1e999}',
        b'{"kind": "blood_pressure", "systolic": 1' + b"0" * 5000 + b"}",
        b'{"kind": "blood_pressure", "id": "\\ud800"}',
        b'{"kind": "blood_pressure", "id": "\\u0000"}',
        b"[" * 200 + b"]" * 200,
    ],
)
def test_what_breaks_one_item_spares_the_others(cuff: Handed, post: Post, broken: bytes) -> None:
    good = json.dumps(item()).encode()
    answer = post(cuff.token, b'{"readings": [' + broken + b", " + good + b"]}")
    assert answer.status_code == 200
    assert [r["status"] for r in answer.json()["results"]] == ["rejected", "accepted"]


def test_a_repeated_key_is_named(cuff: Handed, post: Post) -> None:
    body = json.dumps(item()).replace('"pulse": 64', '"pulse": 64, "pulse": 70').encode()
    said = problem(post(cuff.token, body))
    assert said["status"] == 422
    assert said["errors"][0]["field"] == "pulse"


def test_text_with_escaped_quotes_is_no_repeated_key(cuff: Handed, post: Post) -> None:
    answer = post(cuff.token, item(position='he said "sit":"up"'))
    assert answer.status_code == 201


def test_gzip(cuff: Handed, post: Post) -> None:
    assert post(cuff.token, item(), packed=True).status_code == 201


@pytest.mark.parametrize("cut", [1, 10, 40])
def test_broken_gzip_is_400(cuff: Handed, post: Post, cut: int) -> None:
    packed = gzip.compress(json.dumps(item()).encode())
    headers = {"Content-Encoding": "gzip"}
    assert post(cuff.token, packed[:cut], **headers).status_code == 400
    assert post(cuff.token, packed[cut:], **headers).status_code == 400


def test_a_bomb_is_never_held_in_memory() -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    with pytest.raises(bodies.BadBody) as refused:
        bodies.inflate(bomb, limit=1_000_000)
    assert refused.value.status == 413


def test_members_add_up_to_the_limit() -> None:
    packed = gzip.compress(b"a" * 600) + gzip.compress(b"b" * 400)
    assert bodies.inflate(packed, limit=1000) == b"a" * 600 + b"b" * 400
    with pytest.raises(bodies.BadBody):
        bodies.inflate(packed + gzip.compress(b"c"), limit=1000)


def test_too_large_is_413(cuff: Handed, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MAX_BODY", 1000)
    assert problem(post(cuff.token, b" " * 1001))["status"] == 413
    packed = {"readings": [item()] * 20}
    assert problem(post(cuff.token, packed, packed=True))["status"] == 413


@pytest.mark.parametrize(("length", "left"), [(1001, 0), (4000, 0), (4001, 4001)])
def test_a_body_somewhat_too_large_is_received_and_dropped(
    rf: RequestFactory, monkeypatch: pytest.MonkeyPatch, length: int, left: int
) -> None:
    monkeypatch.setattr(bodies, "MAX_BODY", 1000)
    monkeypatch.setattr(bodies, "DROPPED", 4000)
    request = rf.post("/api/v1/readings", b" " * length, "application/json")
    with pytest.raises(bodies.BadBody) as refused:
        bodies.read(request)
    assert refused.value.status == 413
    assert len(request.read()) == left


def test_too_many_items_is_413(cuff: Handed, post: Post) -> None:
    many = b'{"readings": [' + b",".join([b"0"] * (batch.MAX_ITEMS + 1)) + b"]}"
    assert problem(post(cuff.token, many))["status"] == 413


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/fhir+xml", "application/json-patch+json"],
)
def test_another_type_is_415_and_names_the_known(
    cuff: Handed, post: Post, content_type: str
) -> None:
    answer = post(cuff.token, item(), content_type=content_type)
    assert answer.status_code == 415
    assert "application/x-ndjson" in problem(answer)["detail"]


def test_another_encoding_is_415(cuff: Handed, post: Post) -> None:
    packed = zlib.compress(json.dumps(item()).encode())
    answer = post(cuff.token, packed, **{"Content-Encoding": "deflate"})
    assert problem(answer)["status"] == 415


def test_a_body_without_its_length_is_411(cuff: Handed, post: Post) -> None:
    answer = post(cuff.token, item(), **{"Transfer-Encoding": "chunked"})
    assert problem(answer)["status"] == 411


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer mmd_wrong", "x"])
def test_an_unknown_token_is_401(cuff: Handed, client: Client, header: str) -> None:
    answer = client.post(
        "/api/v1/readings",
        json.dumps(item()),
        content_type="application/json",
        headers={"Authorization": header},
    )
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    problem(answer)


def test_a_retired_device_is_401_at_once(cuff: Handed, post: Post) -> None:
    assert post(cuff.token, item()).status_code == 201
    with acting_in(Scope.system("a test retires")):
        registry.retire(serial=cuff.serial, now=cuff.device.registered_at, by=BY)
    assert post(cuff.token, item()).status_code == 401


def test_only_post(client: Client, db: None) -> None:
    answer = client.get("/api/v1/readings")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    problem(answer)


@pytest.mark.parametrize("where", ["find", "take_in"])
def test_a_dead_database_is_503(
    cuff: Handed, post: Post, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def gone(*args: object, **kwargs: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(authenticating if where == "find" else ingest, where, gone)
    answer = post(cuff.token, item())
    assert problem(answer)["status"] == 503
    assert int(answer["Retry-After"]) > 0


def test_gzip_in_members_that_end_anywhere() -> None:
    texts = [bytes([65 + n % 26]) * (n * 97_003 % 300_000) for n in range(40)]
    packed = b"".join(gzip.compress(text, compresslevel=n % 10) for n, text in enumerate(texts))
    assert bodies.inflate(packed, limit=10_000_000) == b"".join(texts)
    with pytest.raises(bodies.BadBody, match="cut off"):
        bodies.inflate(packed[:-1], limit=10_000_000)


def test_more_gzip_members_than_anybody_needs() -> None:
    """Each costs work though it holds nothing: these would have taken minutes."""
    with pytest.raises(bodies.BadBody, match="more than 1000 members"):
        bodies.inflate(gzip.compress(b"") * 500_000, limit=1_000)
