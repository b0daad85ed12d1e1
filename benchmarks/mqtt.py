"""Readings by a broker: messages published to messages stored and acknowledged.

Mosquitto, `mqtt_subscribe` and the publishers run on this machine at once. The limit beside it is
the broker alone: the same messages to a subscriber that does nothing with them. Without Mosquitto
(`apt-get install mosquitto`) it is skipped. `MESSAGES` sets the size.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Semaphore
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from benchmarks._stage import START, in_threads, months, own_database, register, seconds, url
from devices.models import BloodPressureReading
from devices.mqtt.address import READINGS, SUBSCRIPTION
from healthcare.hospitals.scope import Scope, acting_in

MOSQUITTO = Path("/usr/sbin/mosquitto")
CONFIGURATION = "listener {} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n"
INFLIGHT = 100
PUBLISHERS = 4
BATCH = 100
PATIENCE = 300.0


def main() -> dict[str, Any]:
    """Messages and readings a second, and their share of what the broker does alone."""
    if not MOSQUITTO.exists():
        sys.stdout.write("  mqtt   skipped: apt-get install mosquitto\n")
        return {"skipped": f"{MOSQUITTO} is missing"}
    count = int(os.environ.get("MESSAGES", "2000"))
    with TemporaryDirectory() as folder, _mosquitto(Path(folder)) as port:
        alone = _alone(port, count)
        with own_database("bench_mqtt"):
            months()
            tokens = register()
            with _subscriber(port):
                single = _stored(port, count, lambda n: (tokens[n % 64], _item(n)), 0)
                batches = _stored(
                    port,
                    count // 10,
                    lambda n: (tokens[-1], {"readings": _batch(n)}),
                    count,
                    each=BATCH,
                )
    figures: dict[str, float] = {
        "broker_alone_messages_per_second": round(alone),
        "single_messages_per_second": round(single),
        "single_of_broker_alone": round(single / alone, 3),
        "batches_of_100_messages_per_second": round(batches, 1),
        "batches_of_100_readings_per_second": round(batches * BATCH),
    }
    for name, value in figures.items():
        sys.stdout.write(f"  mqtt   {name:<34} {value:>12,}\n")
    return figures


def _item(n: int, **more: str) -> dict[str, Any]:
    at = START + timedelta(seconds=n)
    reading = {"kind": "blood_pressure", "id": str(n), "measured_at": at.isoformat()}
    return {**reading, "systolic": 120 + n % 30, "diastolic": 80, "pulse": 60, **more}


def _batch(n: int) -> list[dict[str, Any]]:
    first = 1_000_000 + n * BATCH
    return [_item(first + m, device=f"BENCH-{m % 64 + 1}") for m in range(BATCH)]


def _alone(port: int, count: int) -> float:
    """Messages a second to somebody who acknowledges each at once."""
    came = Semaphore(0)
    listener = _client(port)
    listener.on_message = lambda *_: came.release()
    listener.subscribe(SUBSCRIPTION, qos=1)
    time.sleep(0.5)

    def work() -> None:
        _publish(port, count, lambda n: ("mmd_none", _item(n)))
        for _ in range(count):
            came.acquire()

    took = seconds(work)
    listener.disconnect()
    listener.loop_stop()
    return count / took


def _stored(
    port: int,
    count: int,
    said: Callable[[int], tuple[str, Any]],
    before: int,
    *,
    each: int = 1,
) -> float:
    """Messages a second, from the first published to the last stored."""

    def work() -> None:
        _publish(port, count, said)
        end = time.monotonic() + PATIENCE
        while _readings() < before + count * each:
            if time.monotonic() > end:
                raise RuntimeError(f"Only {_readings()} readings are stored.")
            time.sleep(0.05)

    return count / seconds(work)


def _readings() -> int:
    with acting_in(Scope.system("the benchmark counts")):
        return BloodPressureReading.objects.count()


def _publish(port: int, count: int, said: Callable[[int], tuple[str, Any]]) -> None:
    """From a few connections, each with many on their way; returns when the broker has all."""

    def work(lane: int) -> None:
        client = _client(port)
        numbers: Sequence[int] = range(lane, count, PUBLISHERS)
        came = Semaphore(0)
        client.on_publish = lambda *_: came.release()
        for n in numbers:
            token, body = said(n)
            beside: Any = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            beside.UserProperty = ("authorization", f"Bearer {token}")
            client.publish(READINGS, json.dumps(body).encode(), qos=1, properties=beside)
        for _ in numbers:
            came.acquire()
        client.disconnect()
        client.loop_stop()

    in_threads(work, lanes=PUBLISHERS)


def _client(port: int) -> Client:
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.max_inflight_messages_set(INFLIGHT)
    client.connect("127.0.0.1", port)
    client.loop_start()
    return client


@contextmanager
def _mosquitto(folder: Path) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    file = folder / "mosquitto.conf"
    file.write_text(f"{CONFIGURATION.format(port)}max_inflight_messages {INFLIGHT}\n")
    broker = subprocess.Popen([MOSQUITTO, "-c", file], stderr=subprocess.DEVNULL)
    try:
        time.sleep(1)
        yield port
    finally:
        broker.terminate()
        broker.wait()


@contextmanager
def _subscriber(port: int) -> Iterator[None]:
    subscriber = subprocess.Popen(
        [sys.executable, "manage.py", "mqtt_subscribe", "--url", f"mqtt://127.0.0.1:{port}"],
        env={**os.environ, "DATABASE_URL": url(), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert subscriber.stdout is not None
        subscriber.stdout.readline()
        yield
    finally:
        subscriber.terminate()
        subscriber.wait()
