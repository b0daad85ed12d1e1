"""Post uploads as devices do: a few connections kept alive, order kept for each device.

Over HTTP here; over MQTT, by a broker, in `over_mqtt`.

An answer is waited for; 429 and 503 are obeyed, and a lost connection is tried again, because a
device keeps what was not acknowledged.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from importlib import import_module
from importlib.util import find_spec
from threading import Lock
from typing import Any, Protocol
from urllib.parse import urlsplit

from devices.simulators.failing import ServerUnreachable
from devices.simulators.members import Member
from devices.simulators.posting import Upload

PATH = "/api/v1/readings"
CONNECTIONS = 4
TIMEOUT = 30.0
PATIENCE = 8  # tries for one upload
LONGEST_WAIT = 300.0
SHOWN_PROBLEMS = 5

Errand = tuple[Member, Upload]


@dataclass(slots=True)
class Tally:
    """What the answers said. `statuses` count readings, `problems` are a few refusals in words."""

    posts: int = 0
    readings: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    advice: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def add(self, upload: Upload, status: int, answer: dict[str, Any]) -> None:
        """Count one answer; called from several threads."""
        with self._lock:
            self.posts += 1
            self.readings += upload.readings
            results = answer.get("results")
            if results is None:
                self.statuses["refused"] += upload.readings
                if len(self.problems) < SHOWN_PROBLEMS:
                    self.problems.append(f"{status}: {answer.get('detail', '')}")
                return
            self.statuses.update(result["status"] for result in results)
            self.codes.update(result["code"] for result in results if result["code"])
            self.advice.update(result["advice"] for result in results if "advice" in result)


class Sends(Protocol):
    """One connection, used by one thread."""

    def __call__(self, member: Member, upload: Upload) -> tuple[int, dict[str, Any]]:
        """Send until it is answered: the status and the answer."""

    def close(self) -> None:
        """Send no more."""


class Post:
    """One kept-alive connection to the server."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ServerUnreachable(f"{url!r} is no address: write it like http://127.0.0.1:8000.")
        connection = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._path = parts.path.rstrip("/") + PATH
        self._connection: HTTPConnection = connection(parts.hostname, parts.port, timeout=TIMEOUT)

    def __call__(self, member: Member, upload: Upload) -> tuple[int, dict[str, Any]]:
        """Send until it is answered. Raises ServerUnreachable when patience ends."""
        problem = ""
        for attempt in range(PATIENCE):
            wait = 0.1 * 2**attempt
            try:
                response, answer = self._send(member.token, json.dumps(upload.body).encode())
            except (OSError, HTTPException) as error:
                self._connection.close()
                problem = f"{type(error).__name__}: {error}"
            else:
                if response.status not in (429, 503):
                    return response.status, answer
                problem = f"{response.status}: {answer.get('detail', '')}"
                wait = float(response.headers.get("Retry-After") or wait)
            time.sleep(min(wait, LONGEST_WAIT))
        raise ServerUnreachable(f"No acknowledgement after {PATIENCE} tries ({problem}).")

    def _send(self, token: str, body: bytes) -> tuple[HTTPResponse, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._connection.request("POST", self._path, body, headers)
        response = self._connection.getresponse()
        text = response.read()
        try:
            answer = json.loads(text)
        except ValueError:
            answer = {"detail": text[:200].decode("latin-1")}
        return response, answer if isinstance(answer, dict) else {"detail": str(answer)[:200]}

    def close(self) -> None:
        self._connection.close()


def connect(url: str) -> Sends:
    """A connection to a server (http, https) or a broker (mqtt, mqtts). Raises
    ServerUnreachable."""
    if urlsplit(url).scheme not in ("mqtt", "mqtts"):
        return Post(url)
    if find_spec("paho") is None:
        raise ServerUnreachable(
            "MQTT needs its client, the extra mqtt: .venv/bin/pip install 'paho-mqtt>=2.1'"
        )
    made: Sends = import_module("devices.simulators.over_mqtt").Publish(url)
    return made


def run(
    url: str,
    errands: Sequence[Errand],
    *,
    connections: int = CONNECTIONS,
    progress: Callable[[Tally], None] = lambda tally: None,
) -> Tally:
    """Post everything and count the answers. One device's uploads go out in order.

    Raises ServerUnreachable; what was acknowledged before stays acknowledged.
    """
    tally = Tally()
    queues: list[list[Errand]] = [[] for _ in range(connections)]
    lanes: dict[str, int] = {}
    for member, upload in errands:
        lane = lanes.setdefault(member.serial, len(lanes) % connections)
        queues[lane].append((member, upload))

    def work(queue: Iterable[Errand]) -> None:
        post = connect(url)
        try:
            for member, upload in queue:
                status, answer = post(member, upload)
                tally.add(upload, status, answer)
                progress(tally)
        finally:
            post.close()

    with ThreadPoolExecutor(connections) as pool:
        for done in [pool.submit(work, queue) for queue in queues if queue]:
            done.result()
    return tally
