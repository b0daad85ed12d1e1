"""What the broker has acknowledged to a device is stored, once, whatever is killed."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from devices.models import BloodPressureReading, DeadLetter
from healthcare.hospitals.scope import Scope, acting_in
from tests.cast import Cast
from tests.mqtt.broker import Mosquitto, until
from tests.mqtt.conftest import Connect, Listen, hang_up
from tests.mqtt.gate import gate
from tests.mqtt.process import Process
from tests.mqtt.publisher import envelope
from tests.unit.devices.conftest import Hand, Handed, item

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
LOOKING = Scope.system("a test counts")
Start = Callable[..., Process]


def stored() -> int:
    with acting_in(LOOKING):
        return BloodPressureReading.objects.count()


def stored_ids() -> list[str]:
    with acting_in(LOOKING):
        rows = BloodPressureReading.objects.order_by("device_id", "device_reading_id")
        return [
            f"{device} {id_}" for device, id_ in rows.values_list("device_id", "device_reading_id")
        ]


@pytest.fixture
def start(mosquitto: Mosquitto) -> Iterator[Start]:
    running: list[Process] = []

    def begin(**options: Any) -> Process:
        running.append(Process(mosquitto.url, **options))
        return running[-1] if options.get("dying") else running[-1].ready()

    yield begin
    for process in running:
        process.kill()


@pytest.fixture
def cuffs(cast: Cast, hand: Hand) -> list[Handed]:
    return [hand(cast.hanako, f"CUFF-{n}") for n in range(4)]


class Load:
    """Each cuff publishes by itself, half of them with MQTT 5; wanted is what must be stored."""

    def __init__(self, cuffs: list[Handed], publisher: Connect) -> None:
        self._lanes = [(cuff, publisher(protocol=5 - n % 2)) for n, cuff in enumerate(cuffs)]
        self.wanted: list[str] = []
        self._number = 0

    def publish(self, each: int) -> None:
        for _ in range(each):
            self._number += 1
            id_ = f"{self._number:06}"
            for cuff, lane in self._lanes:
                reading = item(id=id_)
                payload = json.dumps(reading).encode()
                if lane.is_5:
                    lane.send(payload, token=cuff.token)
                else:
                    lane.send(envelope(cuff.token, reading))
                self.wanted.append(f"{cuff.device.pk} {id_}")

    def await_broker(self) -> None:
        """The broker has acknowledged all of it."""
        until(lambda: sum(lane.acknowledged for _, lane in self._lanes) == len(self.wanted))

    def assert_stored(self) -> None:
        until(lambda: stored() >= len(self.wanted))
        assert stored_ids() == sorted(self.wanted, key=_by_device)
        with acting_in(LOOKING):
            assert DeadLetter.objects.count() == 0


def _by_device(text: str) -> tuple[int, str]:
    device, id_ = text.split()
    return int(device), id_


@pytest.mark.parametrize(
    ("point", "before", "status"),
    [("before_commit", 0, "accepted"), ("before_acknowledging", 1, "duplicate")],
)
def test_killed_at_one_point(
    cuff: Handed,
    start: Start,
    listen: Listen,
    publisher: Connect,
    point: str,
    before: int,
    status: str,
) -> None:
    hang_up(listen())
    publisher().post(cuff.token, item(id="1"))
    assert start(dying=point).ended() == -9
    assert stored() == before
    subscriber = listen()
    until(lambda: subscriber.counted["messages"] == 1)
    assert subscriber.counted[status] == 1
    assert stored() == 1
    # Acknowledged now: it does not come a third time.
    hang_up(subscriber)
    once_more = listen()
    publisher().post(cuff.token, item(id="2"))
    until(lambda: once_more.counted["accepted"] == 1)
    assert once_more.counted["messages"] == 1


def test_killed_again_and_again_under_load(
    cuffs: list[Handed], start: Start, publisher: Connect
) -> None:
    load = Load(cuffs, publisher)
    subscriber = start()
    for _ in range(3):
        already = stored()
        load.publish(100)
        until(lambda already=already: stored() > already + 30)
        subscriber.kill()
        subscriber = start()
    load.await_broker()
    load.assert_stored()


def test_it_stops_when_asked_and_leaves_the_rest_to_the_broker(
    cuffs: list[Handed], start: Start, publisher: Connect
) -> None:
    load = Load(cuffs, publisher)
    subscriber = start()
    load.publish(100)
    until(lambda: stored() > 20)
    assert subscriber.stop() == 0
    assert subscriber.lines[-1] == "Stopped.\n"
    load.await_broker()
    start()
    load.assert_stored()
    said = "".join(subscriber.lines)
    assert "mmd_" not in said
    assert "CUFF" not in said


def test_the_broker_is_restarted_under_load(
    cuffs: list[Handed], listen: Listen, publisher: Connect, mosquitto: Mosquitto
) -> None:
    load = Load(cuffs, publisher)
    listen()
    for _ in range(2):
        already = stored()
        load.publish(100)
        until(lambda already=already: stored() > already + 30)
        mosquitto.stop()
        mosquitto.start()
    load.await_broker()
    load.assert_stored()


def test_the_broker_is_killed_with_what_it_saved(
    cuffs: list[Handed],
    listen: Listen,
    publisher: Connect,
    mosquitto: Mosquitto,
    tmp_path: Path,
) -> None:
    load = Load(cuffs, publisher)
    hang_up(listen())
    load.publish(25)
    load.await_broker()
    file = tmp_path / "mosquitto.db"
    until(lambda: file.exists() and file.read_bytes().count(b'"000025"') >= len(cuffs))
    mosquitto.kill()
    mosquitto.start()
    listen()
    load.assert_stored()


def test_the_database_goes_away_and_comes_back(
    cuffs: list[Handed], start: Start, publisher: Connect
) -> None:
    load = Load(cuffs, publisher)
    with gate() as way:
        subscriber = start(database=way.url)
        for _ in range(2):
            already = stored()
            load.publish(100)
            until(lambda already=already: stored() > already + 30)
            way.shut()
            tried = len(subscriber.lines)
            until(lambda tried=tried: len(subscriber.lines) > tried)
            load.publish(20)
            way.open()
        load.await_broker()
        load.assert_stored()
    connection.close()
