"""A real broker, Debian's Mosquitto, and the project's own subscriber at it.

`make test` leaves this folder out; `make test-mqtt` runs it. Without Mosquitto it fails.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import connection

from devices import authenticating
from devices.mqtt.address import Broker, parse
from devices.mqtt.subscribing import Subscriber
from tests.mqtt.broker import MOSQUITTO, Mosquitto, until
from tests.mqtt.publisher import Publisher

pytest_plugins = ["tests.unit.devices.conftest"]

Listen = Callable[..., Subscriber]
Connect = Callable[..., Publisher]


def hang_up(subscriber: Subscriber) -> None:
    """Stop it; the broker keeps its session."""
    subscriber.stop()
    until(lambda: subscriber.is_stopped)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    authenticating.forget()
    yield
    authenticating.forget()


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    if not MOSQUITTO.exists():
        pytest.fail(f"{MOSQUITTO} is missing: apt-get install mosquitto")
    broker = Mosquitto(tmp_path)
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture
def broker(mosquitto: Mosquitto) -> Broker:
    return parse(mosquitto.url)


@pytest.fixture
def listen(mosquitto: Mosquitto, transactional_db: None) -> Iterator[Listen]:
    """Start a subscriber in this process; it is subscribed when this returns."""
    running: list[tuple[Subscriber, Thread]] = []

    def start(query: str = "", **options: Any) -> Subscriber:
        said: list[str] = []
        subscriber = Subscriber(parse(mosquitto.url + query), say=said.append, **options)
        thread = Thread(target=subscriber.run)
        thread.start()
        running.append((subscriber, thread))
        until(lambda: bool(said))
        return subscriber

    yield start
    for subscriber, _ in running:
        subscriber.stop()
    for _, thread in running:
        thread.join()
    connection.close()


@pytest.fixture
def publisher(mosquitto: Mosquitto) -> Iterator[Connect]:
    """Connect a device, a gateway or a stranger to the broker."""
    connected: list[Publisher] = []

    def connect(*, protocol: int = 5, **options: Any) -> Publisher:
        made = Publisher(mosquitto.port, protocol=protocol, **options)
        connected.append(made)
        return made

    yield connect
    for made in connected:
        made.close()
