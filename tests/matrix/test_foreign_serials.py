"""Who posts readings posts for their own devices alone: another serial stores nothing for anybody,
and whether somebody has a device of that serial is not told."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.db.models import Count

from devices.models import BloodPressureReading, QuarantinedItem
from devices.mqtt import handling
from devices.mqtt.messages import message
from healthcare.hospitals.scope import Scope, acting_in
from tests.matrix.asking import client_of
from tests.matrix.expectations.devices import BY_SESSION, SENDERS, reading
from tests.matrix.expectations.member import heard
from tests.matrix.people import found_in
from tests.matrix.principals import PRINCIPALS
from tests.matrix.world import World

pytestmark = pytest.mark.django_db

LOOKING = Scope.system("the matrix counts readings")
ABSENT = "NOBODYS-CUFF"
# sender: whose cuff it posts for, and whose is foreign to it.
CUFFS = {
    "device": ("hanako", "ume"),
    "foreign device": ("ume", "hanako"),
    "gateway": ("ume", "hanako"),
    "member's app": ("hanako", "ume"),
    "member's browser": ("hanako", "ume"),
}
# A device has no other to speak of: refused. Of who posts for several it is sealed until that
# device becomes theirs (docs/device-credentials.md).
REFUSED, SEALED = (422, "rejected", "malformed"), (202, "quarantined", "unknown_device")
# The page of a browser posts lists, which answer 200.
VERDICTS = {
    "device": REFUSED,
    "foreign device": REFUSED,
    "gateway": SEALED,
    "member's app": SEALED,
    "member's browser": (200, *SEALED[1:]),
}
STORED = {name: 200 if name in BY_SESSION else 201 for name in CUFFS}


@dataclass(frozen=True)
class Stored:
    """Readings of each person, and what is kept apart: all, and of a person or a device."""

    readings: dict[int, int]
    apart: int
    apart_of_somebody: int


def stored() -> Stored:
    with acting_in(LOOKING):
        readings = BloodPressureReading.objects.order_by()
        apart = QuarantinedItem.objects.all()
        return Stored(
            dict(readings.values_list("patient_id").annotate(Count("pk"))),
            apart.count(),
            apart.exclude(patient=None, device=None).count(),
        )


def post(world: World, sender: str, serial: str) -> Any:
    """The reading of the matrix under this serial."""
    if (member := BY_SESSION.get(sender)) is not None:
        body = json.loads(heard(None, world, member))
        body["readings"][0]["device"] = serial
        client, door = client_of(world, PRINCIPALS[member]), "/my/measure/readings"
    else:
        body = json.loads(reading(None, world, sender)) | {"device": serial}
        client, door = client_of(world, PRINCIPALS[sender]), "/api/v1/readings"
    return client.post(door, json.dumps(body), content_type="application/json")


def publish(world: World, sender: str, serial: str) -> bytes:
    """The same by a broker, on the topic of that serial; returns the answer."""
    item = json.loads(reading(None, world, sender)) | {"device": serial}
    sent = message(
        f"mimamori/v1/readings/{serial}",
        json.dumps(item).encode(),
        authorization=f"Bearer {world.tokens[sender]}",
    )
    return handling.handle(sent, now=world.now).answer


def test_every_sender_is_asked() -> None:
    assert set(CUFFS) == {*SENDERS, *BY_SESSION}


@pytest.mark.parametrize("sender", CUFFS)
def test_ones_own_serial_is_stored(world: World, sender: str) -> None:
    own, _ = CUFFS[sender]
    before = stored()
    assert post(world, sender, world.serials[own]).status_code == STORED[sender]
    patient = world.patients[own].pk
    assert stored().readings == before.readings | {patient: before.readings[patient] + 1}


@pytest.mark.parametrize("sender", CUFFS)
def test_a_foreign_serial_stores_nothing_and_looks_like_an_absent_one(
    world: World, sender: str
) -> None:
    own, foreign = CUFFS[sender]
    status, word, code = VERDICTS[sender]
    before = stored()
    answers = [post(world, sender, serial) for serial in (world.serials[foreign], ABSENT)]
    for answer in answers:
        assert answer.status_code == status, answer.content
        assert [(r["status"], r["code"]) for r in answer.json()["results"]] == [(word, code)]
        assert {person for person, _ in found_in(answer.content.decode())} <= {own}
    assert answers[0].content == answers[1].content
    after = stored()
    assert after.readings == before.readings
    assert after.apart_of_somebody == before.apart_of_somebody
    assert after.apart - before.apart == (2 if word == "quarantined" else 0)


# A browser has a session and no token that a message could carry.
@pytest.mark.parametrize("sender", [sender for sender in CUFFS if sender not in BY_SESSION])
def test_by_a_broker_it_is_the_same(world: World, sender: str) -> None:
    own, foreign = CUFFS[sender]
    _, word, code = VERDICTS[sender]
    before = stored()
    answers = [publish(world, sender, serial) for serial in (world.serials[foreign], ABSENT)]
    assert [(r["status"], r["code"]) for r in json.loads(answers[0])["results"]] == [(word, code)]
    assert answers[0] == answers[1]
    assert stored().readings == before.readings
    assert stored().apart_of_somebody == before.apart_of_somebody
    assert json.loads(publish(world, sender, world.serials[own]))["accepted"] == 1
