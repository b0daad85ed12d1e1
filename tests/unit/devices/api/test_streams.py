"""NDJSON of any length: one transaction, one answer, and memory that does not grow with it."""

import gzip
import json
import tracemalloc
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import RequestFactory

from devices import authenticating, ingest, queries, receiving
from devices.api import bodies, streams
from devices.authenticating import Stale
from devices.wire import native
from healthcare.hospitals.scope import Scope, acting_in
from tests.cast import Cast
from tests.unit.devices.conftest import HANDED_OVER, Handed, Post, item

EVERYBODY = Scope.system("a test looks")
FIRST = datetime(2026, 4, 1, tzinfo=UTC)


def lines(count: int, **fields: Any) -> bytes:
    return b"".join(
        json.dumps(item(measured_at=(FIRST + timedelta(minutes=n)).isoformat(), **fields)).encode()
        + b"\n"
        for n in range(count)
    )


def send(post: Post, token: str, body: bytes, **headers: str) -> Any:
    return post(token, body, content_type=native.NDJSON, **headers)


def said(answer: Any) -> dict[str, Any]:
    content = b"".join(answer.streaming_content)
    assert int(answer["Content-Length"]) == len(content)
    found: dict[str, Any] = json.loads(content)
    return found


def stored(cast: Cast) -> int:
    with acting_in(EVERYBODY):
        end = datetime(2027, 1, 1, tzinfo=UTC)
        return len(queries.blood_pressure(patient_id=cast.hanako.pk, start=HANDED_OVER, end=end))


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "BLOCK", 4_000)
    monkeypatch.setattr(native, "SMALLEST_PLAIN", 100)


@pytest.mark.parametrize("packed", [False, True])
def test_results_count_through_all_blocks(
    cast: Cast, cuff: Handed, post: Post, packed: bool
) -> None:
    body = lines(150) + b"\n  \n{broken\n" + lines(3) + json.dumps(item(systolic=20)).encode()
    sent = gzip.compress(body) if packed else body
    headers = {"Content-Encoding": "gzip"} if packed else {}
    found = said(send(post, cuff.token, sent, **headers))
    assert [result["index"] for result in found["results"]] == list(range(155))
    statuses = [result["status"] for result in found["results"]]
    assert statuses == [
        *["accepted"] * 150,
        "rejected",
        *["duplicate"] * 3,
        "quarantined",
    ]
    counts = {name: found[name] for name in ("accepted", "duplicate", "rejected", "quarantined")}
    assert counts == {"accepted": 150, "duplicate": 3, "rejected": 1, "quarantined": 1}
    assert stored(cast) == 150


def test_a_body_that_ends_badly_stores_nothing(cast: Cast, cuff: Handed, post: Post) -> None:
    packed = gzip.compress(lines(150))
    answer = send(post, cuff.token, packed[:-20], **{"Content-Encoding": "gzip"})
    assert answer.status_code == 400
    assert stored(cast) == 0


def test_too_many_lines_store_nothing(
    cast: Cast, cuff: Handed, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "MAX_LINES", 100)
    assert send(post, cuff.token, lines(100)).status_code == 200
    answer = send(post, cuff.token, lines(101, pulse=70))
    assert answer.status_code == 413
    assert "at most 100" in answer.json()["detail"]
    assert stored(cast) == 100


@pytest.mark.parametrize("body", [b"", b"\n", b" \n \n"])
def test_nothing_but_empty_lines(cuff: Handed, post: Post, body: bytes) -> None:
    answer = send(post, cuff.token, body)
    assert answer.status_code == 400
    assert "empty" in answer.json()["detail"]


def test_a_second_try_answers_once(
    cast: Cast, cuff: Handed, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirm, calls = authenticating.confirm, []

    def stale_once(*args: Any, **named: Any) -> None:
        calls.append(1)
        if len(calls) == 1:
            raise Stale("changed")
        confirm(*args, **named)

    monkeypatch.setattr(receiving.authenticating, "confirm", stale_once)
    found = said(send(post, cuff.token, lines(120)))
    assert len(calls) == 2
    assert found["accepted"] == len(found["results"]) == 120
    assert stored(cast) == 120


def test_memory_does_not_grow_with_the_body(
    cuff: Handed, rf: RequestFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what receiving, splitting and answering hold; storing is measured with the server."""
    monkeypatch.setattr(streams, "BLOCK", 64 * 1024)
    monkeypatch.setattr(streams, "IN_MEMORY", 64 * 1024)
    monkeypatch.setattr(bodies, "STEP", 64 * 1024)
    peaks = [_peak(rf, count) for count in (5_000, 60_000)]
    assert peaks[1] < peaks[0] * 1.5


def _peak(rf: RequestFactory, count: int) -> int:
    packed = gzip.compress(lines(1_000) * (count // 1_000))
    request = rf.post(
        "/api/v1/readings", packed, native.NDJSON, headers={"Content-Encoding": "gzip"}
    )
    tracemalloc.start()
    try:
        with streams.received(request) as file:
            stream = streams.Stream(file)
            stream.begin()
            for batch in stream.batches():
                stream.add([ingest.Result(n, "duplicate") for n in range(len(batch))])
        written = sum(len(piece) for piece in stream.response().streaming_content)
        assert written > count * 50
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
