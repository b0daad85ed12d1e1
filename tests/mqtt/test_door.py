"""Readings through a broker end where readings over HTTP do, and nowhere else."""

import gzip
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import OperationalError
from django.utils import timezone

from devices import receiving, registry
from devices.models import BloodPressureReading, DeadLetter
from devices.mqtt import dead_letters, subscribing
from devices.mqtt.address import ANSWERS, READINGS
from devices.mqtt.messages import HEAD, MAX_PAYLOAD
from devices.wire.batch import Batch
from healthcare.hospitals.scope import Scope, acting_in
from tests.cast import Cast
from tests.mqtt.broker import until
from tests.mqtt.conftest import Connect, Listen
from tests.mqtt.publisher import PATIENCE, envelope
from tests.unit.devices.conftest import BY, Entrust, Hand, Handed, item

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
LOOKING = Scope.system("a test looks")


def stored() -> list[tuple[int, str]]:
    """Whose readings there are, and the devices' own ids."""
    with acting_in(LOOKING):
        rows = BloodPressureReading.objects.order_by("device_reading_id")
        return list(rows.values_list("patient_id", "device_reading_id"))


def letters() -> list[DeadLetter]:
    with acting_in(LOOKING):
        return list(DeadLetter.objects.order_by("pk"))


def reasons() -> list[str]:
    return [letter.reason for letter in letters()]


def ids(*numbers: int | str) -> Callable[[], bool]:
    wanted = [str(number) for number in numbers]
    return lambda: [id_ for _, id_ in stored()] == wanted


@pytest.mark.parametrize("subscribed", ["", "?protocol=3.1.1"])
@pytest.mark.parametrize("protocol", [5, 4])
def test_it_is_stored_and_a_repeat_is_harmless(
    cuff: Handed, listen: Listen, publisher: Connect, protocol: int, subscribed: str
) -> None:
    subscriber = listen(subscribed)
    device = publisher(protocol=protocol)
    reading, again = item(id="1"), item(id="2")
    for body in (reading, {"readings": [reading, again]}):
        if subscribed:
            # A broker leaves properties away for a subscriber of 3.1.1; an envelope arrives.
            device.publish(envelope(cuff.token, body))
        else:
            device.post(cuff.token, body)
    until(lambda: subscriber.counted["messages"] == 2)
    assert ids(1, 2)()
    assert (subscriber.counted["accepted"], subscriber.counted["duplicate"]) == (2, 1)
    assert reasons() == []


def test_ndjson_and_gzip(cuff: Handed, listen: Listen, publisher: Connect) -> None:
    listen()
    lines = "\n".join(json.dumps(item(id=str(n))) for n in (1, 2)).encode()
    ndjson = "application/x-ndjson"
    publisher().publish(
        gzip.compress(lines), token=cuff.token, content_type=ndjson, encoding="gzip"
    )
    more = "\n".join(json.dumps(item(id=str(n))) for n in (3, 4))
    publisher(protocol=4).publish(envelope(cuff.token, more, content_type=ndjson))
    until(ids(1, 2, 3, 4))


def test_the_answer(cuff: Handed, listen: Listen, publisher: Connect) -> None:
    listen()
    device = publisher()
    bad = item(id="2", systolic="much")
    answer, beside = device.ask(cuff.token, {"readings": [item(id="1", systolic=190), bad]})
    assert (answer["accepted"], answer["rejected"]) == (1, 1)
    assert [r["status"] for r in answer["results"]] == ["accepted", "rejected"]
    assert answer["results"][0]["advice"] == "measure_again"
    assert beside.CorrelationData == b"\x00\xff1"
    assert beside.UserProperty == [("status", "200")]
    refused, beside = device.ask("mmd_" + "x" * 43, item())
    assert (refused["status"], dict(beside.UserProperty)["status"]) == (401, "401")


def test_above_the_limit(
    cast: Cast,
    hand: Hand,
    listen: Listen,
    publisher: Connect,
    settings: LazySettings,
) -> None:
    """Who waits for an answer is told when to publish again; nobody else waits or is refused."""
    settings.READING_RATES = {**settings.READING_RATES, ("device", "posts"): (1, 60)}
    mad, calm = hand(cast.hanako, "MAD"), hand(cast.hanako, "CALM")
    subscriber = listen(lanes=1)
    device = publisher()
    device.ask(mad.token, item(id="1"))
    refused, beside = device.ask(mad.token, item(id="2"))
    assert refused["status"] == 429
    assert dict(beside.UserProperty) == {"status": "429", "retry-after": "1"}
    assert device.ask(calm.token, item(id="3"))[0]["accepted"] == 1
    assert ids(1, 3)()
    device.post(mad.token, item(id="4"))
    until(ids(1, 3, 4))
    time.sleep(1)
    assert device.ask(mad.token, item(id="2"))[0]["accepted"] == 1
    assert reasons() == []
    assert subscriber.counted["too_fast"] == 1


def test_nobody_moves_us_to_publish_elsewhere(
    cuff: Handed, listen: Listen, publisher: Connect
) -> None:
    listen()
    device, watcher = publisher(), publisher()
    watcher.subscribe("#")
    for topic in ("house/door/open", READINGS, "mimamori/v1/answers/"):
        device.post(cuff.token, item(), answers=topic)
    device.ask(cuff.token, item())
    seen = [watcher.came.get(timeout=PATIENCE) for _ in range(5)]
    readings = [topic for topic in seen if topic == READINGS]
    (answered,) = [topic for topic in seen if topic != READINGS]
    assert len(readings) == 4
    assert answered.removeprefix(ANSWERS) not in ("", answered)


def poison(token: str) -> dict[str, tuple[bytes, dict[str, Any]]]:
    unknown = "mmd_" + "z" * 43
    return {
        "unreadable": (b"\xff\x00 no letter", {}),
        "unknown_sender": (envelope(unknown, item()), {}),
        "unsupported": (b"<a/>", {"token": token, "content_type": "text/xml"}),
        "too_large": (b"x" * (MAX_PAYLOAD + 1), {"token": token}),
        "malformed": (json.dumps(item(systolic="much")).encode(), {"token": token}),
    }


@pytest.mark.parametrize("reason", poison(""))
def test_poison_is_kept_and_blocks_nobody(
    cuff: Handed, listen: Listen, publisher: Connect, reason: str
) -> None:
    listen(lanes=1)
    device = publisher()
    payload, beside = poison(cuff.token)[reason]
    for _ in range(2):
        device.publish(payload, **beside)
    device.post(cuff.token, item(id="1"))
    until(ids(1))
    (letter,) = letters()  # the same message twice is kept once
    assert letter.reason == reason
    assert letter.size == len(payload)
    known = reason not in ("unreadable", "unknown_sender")
    assert letter.sender == (f"device:{cuff.device.pk}" if known else "")
    kept = bytes(letter.payload)
    assert kept == (payload[:HEAD] if reason == "too_large" else kept)
    assert [t for t in (b"zzzz", cuff.token.encode()) if t in kept] == []
    assert kept[:6] == payload[:6]


def test_a_bomb_a_lie_and_nesting(cuff: Handed, listen: Listen, publisher: Connect) -> None:
    listen(lanes=1)
    device = publisher()
    bomb = gzip.compress(bytes(64 * 1024 * 1024))
    device.publish(bomb, token=cuff.token, encoding="gzip")
    device.publish(b"no gzip", token=cuff.token, encoding="gzip")
    device.publish(b"{}", token=cuff.token, encoding="br")
    device.publish(b'{"a":' * 50_000, token=cuff.token)
    device.publish(b'{"token": "t", "body": ' + b"[" * 50_000)
    device.publish(b'{"token": "\\ud800", "body": {}}')
    device.publish(b'{"token": "a\\u0000b", "body": {}}', topic=f"{READINGS}/x")
    device.publish(b"")
    device.post(cuff.token, item(id="1"))
    until(ids(1))
    assert sorted(reasons()) == [
        "too_large",
        *["unknown_sender"] * 1,
        *["unreadable"] * 5,
        "unsupported",
    ]


def test_a_revoked_token_stores_nothing(cuff: Handed, listen: Listen, publisher: Connect) -> None:
    subscriber = listen()
    device = publisher()
    device.post(cuff.token, item(id="1"))
    until(ids(1))
    with acting_in(Scope.system("a test revokes")):
        registry.retire(serial=cuff.serial, now=timezone.now(), by=BY)
    device.post(cuff.token, item(id="2"))
    until(lambda: subscriber.counted["messages"] == 2)
    assert ids(1)()
    assert [(letter.reason, letter.sender) for letter in letters()] == [("unknown_sender", "")]


def test_a_gateway_posts_for_what_it_was_entrusted_with(
    cast: Cast,
    hand: Hand,
    gateway_token: str,
    entrust: Entrust,
    listen: Listen,
    publisher: Connect,
) -> None:
    hand(cast.hanako, "CUFF-1")
    hand(cast.hanako, "CUFF-2")
    entrust("CUFF-1")
    listen()
    answer, _ = publisher().ask(
        gateway_token,
        {"readings": [item(id=str(n), device=f"CUFF-{n}") for n in (1, 2, 3)]},
    )
    said = [(result["status"], result["code"]) for result in answer["results"]]
    assert said == [("accepted", None), *[("quarantined", "unknown_device")] * 2]
    assert ids(1)()


@pytest.mark.parametrize("protocol", [5, 4])
def test_a_topic_says_nothing_about_whose_it_is(
    cast: Cast, hand: Hand, listen: Listen, publisher: Connect, protocol: int
) -> None:
    own = hand(cast.hanako, "CUFF-1")
    hand(cast.hanako, "CUFF-2")
    subscriber = listen()
    device = publisher(protocol=protocol)
    device.post(own.token, item(id="1"), topic=f"{READINGS}/CUFF-2")
    device.post(own.token, item(id="2", device="CUFF-2"), topic=f"{READINGS}/CUFF-2")
    until(lambda: subscriber.counted["messages"] == 2)
    with acting_in(LOOKING):
        (row,) = BloodPressureReading.objects.all()
    assert (row.device_id, row.device_reading_id) == (own.device.pk, "1")
    assert reasons() == ["malformed"]


def test_nothing_is_kept_of_whom_does_not_consent(
    cast: Cast, hand: Hand, listen: Listen, publisher: Connect
) -> None:
    cuff = hand(cast.taro)
    subscriber = listen()
    device = publisher()
    device.post(cuff.token, item())
    device.post(cuff.token, item(systolic="much"))
    device.publish(b"no JSON", token=cuff.token)
    until(lambda: subscriber.counted["messages"] == 3)
    assert (stored(), reasons()) == ([], [])
    assert subscriber.counted["rejected"] == 2


def test_what_the_library_cannot_decode_blocks_nobody(
    cuff: Handed, listen: Listen, publisher: Connect
) -> None:
    """It ends the connection over U+FEFF, and the broker would send the message for ever."""
    subscriber = listen(lanes=1)
    device = publisher()
    device.publish(b"{}", token=cuff.token, more="\ufeff", topic=f"{READINGS}/x")
    device.post(cuff.token, item(id="1"))
    until(ids(1))
    (letter,) = letters()
    assert (letter.reason, letter.topic) == ("unreadable", f"{READINGS}/x")
    assert cuff.token.encode() not in bytes(letter.payload)
    assert subscriber.counted["connections"] == 1


@pytest.mark.parametrize("error", [ValueError, OperationalError])
def test_an_error_of_ours_blocks_nobody(
    cuff: Handed,
    listen: Listen,
    publisher: Connect,
    monkeypatch: pytest.MonkeyPatch,
    error: type[Exception],
) -> None:
    receive = receiving.receive

    def fail_on_one(batch: Batch, **kwargs: Any) -> Any:
        if batch[0].id == "1":
            raise error("no figure of a person is in the log: 4711")
        return receive(batch, **kwargs)

    monkeypatch.setattr(receiving, "receive", fail_on_one)
    monkeypatch.setattr(subscribing, "PATIENCE", 3)
    monkeypatch.setattr(subscribing, "FIRST_PAUSE", 0.01)
    listen(lanes=1)
    device = publisher()
    for id_ in (1, 2):
        device.post(cuff.token, item(id=str(id_)))
    until(ids(2))
    (letter,) = letters()
    assert (letter.reason, letter.sender) == ("failed", f"device:{cuff.device.pk}")
    monkeypatch.setattr(receiving, "receive", receive)
    with acting_in(Scope.system("a test drives again")):
        dead_letters.redrive(letter_id=letter.pk, now=timezone.now(), by=BY)
    assert ids(1, 2)()
