"""Writers: each sends a body again, unchanged, until it is acknowledged, and remembers what was."""

import http.client
import itertools
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any, NamedTuple

from tests.kills.people import Cuff, Ward

JSON, NDJSON = "application/json", "application/x-ndjson"
# No answer within this is a broken connection.
PATIENCE = 30.0
# Retry-After says five seconds; whoever comes back sooner makes it harder.
SOONEST = 0.2


class Reading(NamedTuple):
    """What was sent, as it must be stored."""

    device_id: int
    patient_id: int
    measured_at: datetime
    id: str
    systolic: int
    diastolic: int
    pulse: int


class Body(NamedTuple):
    """What goes over the wire, and what it says."""

    content: bytes
    media_type: str
    readings: Sequence[Reading]


Items = list[dict[str, Any]]


def readings(cuffs: Sequence[Cuff], *, since: datetime, with_id: bool = False) -> Iterator[Reading]:
    """Readings without end, one of each cuff in turn; each at a time of its own. Every seventh has
    an id of the device's own, if asked."""
    for n in itertools.count():
        cuff = cuffs[n % len(cuffs)]
        yield Reading(
            device_id=cuff.device_id,
            patient_id=cuff.patient_id,
            measured_at=since + timedelta(seconds=7 * n),
            id=str(n) if with_id and n % 7 == 0 else "",
            systolic=100 + n % 71,
            diastolic=60 + n % 23,
            pulse=50 + n % 41,
        )


def single(cuff: Cuff, *, since: datetime) -> Iterator[Body]:
    """One reading a post, as cuffs do."""
    for one in readings([cuff], since=since, with_id=True):
        yield Body(json.dumps(_item(one)).encode(), JSON, [one])


def batches(
    ward: Ward, *, size: int, since: datetime, write: Callable[[Items], bytes], media_type: str
) -> Iterator[Body]:
    """Many readings of many cuffs a post, as gateways do."""
    serials = {cuff.device_id: cuff.serial for cuff in ward.cuffs}
    endless = readings(ward.cuffs, since=since)
    while True:
        some = list(itertools.islice(endless, size))
        items = [{"device": serials[one.device_id], **_item(one)} for one in some]
        yield Body(write(items), media_type, some)


def as_list(items: Items) -> bytes:
    return json.dumps({"readings": items}).encode()


def as_columns(items: Items) -> bytes:
    names = [name for name in items[0] if name != "kind"]
    columns = {name: [item[name] for item in items] for name in names}
    return json.dumps({"kind": "blood_pressure", "columns": columns}).encode()


def as_lines(items: Items) -> bytes:
    return b"\n".join(json.dumps(item).encode() for item in items)


def _item(one: Reading) -> dict[str, Any]:
    return {
        "kind": "blood_pressure",
        "measured_at": one.measured_at.astimezone(UTC).isoformat(),
        "systolic": one.systolic,
        "diastolic": one.diastolic,
        "pulse": one.pulse,
        **({"id": one.id} if one.id else {}),
    }


class Writer(Thread):
    """One connection that posts bodies one after the other, each until it is acknowledged."""

    def __init__(self, port: int, token: str, bodies: Iterator[Body], *, pause: float) -> None:
        super().__init__(daemon=True)
        self._port, self._token, self._bodies, self._pause = port, token, bodies, pause
        self._stopping = Event()
        self._connection: http.client.HTTPConnection | None = None
        self.acknowledged: list[Reading] = []
        self.posts = 0
        self.met: Counter[str] = Counter()
        self.wrong: list[str] = []

    def stop(self) -> None:
        """Begin no other body; the one under way is still sent until it is acknowledged."""
        self._stopping.set()

    def run(self) -> None:
        while not (self._stopping.is_set() or self.wrong):
            self._deliver(next(self._bodies))
            time.sleep(self._pause)
        self._hang_up()

    def _deliver(self, body: Body) -> None:
        for attempt in itertools.count(1):
            try:
                answer = self._post(body)
                content = answer.read()
            except (OSError, http.client.HTTPException) as error:
                self.met[type(error).__name__] += 1
                self._hang_up()
                time.sleep(SOONEST)
                continue
            if answer.status != 503:
                self._judge(answer.status, content, body, attempt)
                return
            self.met["503"] += 1
            if not answer.getheader("Retry-After", "").isdigit():
                self.wrong.append("503 without Retry-After")
            time.sleep(SOONEST)

    def _post(self, body: Body) -> http.client.HTTPResponse:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        headers = {"Content-Type": body.media_type, "Authorization": f"Bearer {self._token}"}
        self._connection.request("POST", "/api/v1/readings", body.content, headers)
        return self._connection.getresponse()

    def _judge(self, status: int, content: bytes, body: Body, attempt: int) -> None:
        """Only "accepted" and, to what was tried before, "duplicate" are right answers. Tried
        before was what a client sent again, and a single post whose shared commit lost its
        connection: the house tries that again by itself, and may find it stored."""
        said = json.loads(content) if status in (200, 201) else {}
        accepted, duplicate = said.get("accepted", 0), said.get("duplicate", 0)
        if accepted + duplicate != len(body.readings) or (attempt == 1 and duplicate > 1):
            self.wrong.append(f"attempt {attempt}: {status} {content[:300]!r}")
            return
        self.acknowledged += body.readings
        self.posts += 1
        self.met["sent again"] += attempt > 1
        # Stored the first time, though nobody was told.
        self.met["stored before"] += duplicate > 0

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
