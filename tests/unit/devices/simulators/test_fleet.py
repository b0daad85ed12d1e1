"""Posting: acknowledgements are waited for, refusals counted, a lost connection tried again."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from devices.simulators import fleet
from devices.simulators.failing import ServerUnreachable
from devices.simulators.members import Member
from devices.simulators.posting import Upload
from devices.simulators.progress import describe


class Door(BaseHTTPRequestHandler):
    """Answers as the script says; notes the order in which each device's ids came."""

    protocol_version = "HTTP/1.1"
    script: list[int] = []
    came: dict[str, list[str]] = {}

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status = self.script.pop(0) if self.script else 201
        if status == 0:
            self.close_connection = True
            self.connection.close()
            return
        token = self.headers["Authorization"].removeprefix("Bearer ")
        answer: dict[str, Any] = {"detail": "not now"}
        if status == 201:
            self.came.setdefault(token, []).append(body["id"])
            answer = {"results": [{"status": "accepted", "code": None}]}
        text = json.dumps(answer).encode()
        self.send_response(status)
        if status in (429, 503):
            self.send_header("Retry-After", "0.01")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Door, "script", [])
    monkeypatch.setattr(Door, "came", {})
    monkeypatch.setattr(fleet.time, "sleep", lambda seconds: None)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def errand(device: int, n: int) -> fleet.Errand:
    member = Member(f"C{device}", f"t{device}", "blood_pressure", "p")
    return member, Upload(datetime(2026, 11, 1, tzinfo=UTC), {"id": str(n)}, 1)


def test_each_device_in_order(door: str) -> None:
    errands = [errand(device, n) for n in range(20) for device in range(5)]
    tally = fleet.run(door, errands)
    assert tally.statuses == {"accepted": 100}
    assert Door.came == {f"t{device}": [str(n) for n in range(20)] for device in range(5)}


def test_what_is_not_acknowledged_is_sent_again(door: str) -> None:
    Door.script = [503, 429, 0, 503]
    tally = fleet.run(door, [errand(1, 1), errand(1, 2)], connections=1)
    assert Door.came == {"t1": ["1", "2"]}
    assert (tally.posts, tally.readings) == (2, 2)


def test_refusals_are_told(door: str) -> None:
    Door.script = [401, 401]
    tally = fleet.run(door, [errand(1, 1), errand(1, 2), errand(1, 3)], connections=1)
    assert tally.statuses == {"refused": 2, "accepted": 1}
    assert tally.problems == ["401: not now"] * 2


def test_patience_ends(door: str) -> None:
    Door.script = [503] * 100
    with pytest.raises(ServerUnreachable, match="not now"):
        fleet.run(door, [errand(1, 1)], connections=1)


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://127.0.0.1", "http://"])
def test_an_address_is_needed(url: str) -> None:
    with pytest.raises(ServerUnreachable, match="http://"):
        fleet.run(url, [errand(1, 1)])


def test_progress_in_words() -> None:
    said = describe(4_000, 16_000, seconds=8)
    assert said == "4,000 of 16,000 readings, 500 readings/s, 24 s left"
