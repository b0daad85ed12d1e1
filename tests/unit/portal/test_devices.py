"""The pages of devices: claimed and given back, whose is this, what does not count, the desk."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from devices import authenticating, claiming, ingest, queries, stocking
from devices.models import Device, DeviceHolding, QuarantinedItem, ReadingConflict
from devices.wire.native import JSON, read
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.models import Purpose
from tests.cast import Cast
from tests.factories import ConsentFactory
from tests.looking import access_events, audit_records, everybody
from tests.unit.portal.conftest import BY, Day, SignIn

DEVICES = "/my/devices/"
WHOSE = "/my/whose/"


@pytest.fixture
def code(cast: Cast) -> str:
    """What stands on the box of a cuff in stock."""
    cache.clear()
    with everybody():
        now = timezone.now()
        box = stocking.stock(kind="blood_pressure", serial="BOX-7", now=now, by=BY)
        return claiming.renew_code(device=box.device, now=now, by=BY)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_member_claims_a_device_and_gives_it_back(cast: Cast, code: str, sign_in: SignIn) -> None:
    client = sign_in(cast.member)
    assert client.post(DEVICES, {"code": code, "user_slot": "2"}).status_code == 302
    page = text(client.get(DEVICES))
    assert "BOX-7" in page
    assert "You are user 2." in page
    assert access_events(what="my.devices")
    with everybody():
        holding = DeviceHolding.objects.get()
    assert client.post(DEVICES, {"code": code, "user_slot": "2"}).status_code == 422
    assert client.post(reverse("portal:my:give-back", args=[holding.pk])).status_code == 302
    assert client.post(reverse("portal:my:give-back", args=[holding.pk])).status_code == 404
    assert "BOX-7" not in text(client.get(DEVICES))
    assert audit_records(action="devices.given_back")[0].actor_id == str(cast.member.pk)


@pytest.mark.parametrize("fields", [{}, {"code": "x"}, {"code": "y", "user_slot": "9"}])
def test_a_wrong_code_says_what_to_do(cast: Cast, sign_in: SignIn, fields: dict[str, str]) -> None:
    answer = sign_in(cast.member).post(DEVICES, fields)
    assert answer.status_code == 422


def test_codes_are_not_tried_out(cast: Cast, code: str, sign_in: SignIn) -> None:
    client = sign_in(cast.member)
    said = [client.post(DEVICES, {"code": "2222-2222-2222"}).status_code for _ in range(22)]
    assert said[:20] == [422] * 20
    late = client.post(DEVICES, {"code": code})
    assert late.status_code == 429
    assert late.headers["Retry-After"] == "300"
    with everybody():
        assert not DeviceHolding.objects.exists()
    assert client.get(DEVICES).status_code == 200


def test_the_first_holder_sees_that_somebody_else_uses_it(
    cast: Cast, code: str, sign_in: SignIn
) -> None:
    with everybody():
        now = timezone.now()
        for patient, slot in ((cast.hanako, 1), (cast.taro, 2)):
            claiming.claim(code=code, patient=patient, user_slot=slot, now=now, by=BY)
    page = text(sign_in(cast.member).get(DEVICES))
    assert "User 2 is somebody else" in page
    assert "鈴木" not in page


def test_mine_and_not_mine(cast: Cast, day: Day, client: Client, sign_in: SignIn) -> None:
    with everybody():
        item = QuarantinedItem.objects.get(code="unknown_user")
    mine = {"item": str(item.pk), "do": "mine"}
    client.force_login(cast.wataru)
    assert client.post(WHOSE, mine).status_code != 200
    client = sign_in(cast.member)
    before = len(access_events(what="my.whose"))
    assert "131" in text(client.get(WHOSE))
    assert len(access_events(what="my.whose")) == before + 1
    assert client.post(WHOSE, {"item": str(item.pk), "do": "eat"}).status_code == 404
    assert client.post(WHOSE, mine).status_code == 302
    assert client.post(WHOSE, mine).status_code == 404
    assert "131" not in text(client.get(WHOSE))
    with everybody():
        rows = queries.blood_pressure(
            patient_id=day.patient, start=day.now - timedelta(minutes=9), end=day.now
        )
    assert 131 in {row.systolic for row in rows}


@pytest.fixture
def contradiction(day: Day) -> ReadingConflict:
    """133 is stored, 134 came later for the same moment."""
    now = timezone.now()
    with everybody():
        cuff = Device.objects.get(serial="CUFF-1")
    sender = authenticating.as_device(device_id=cuff.pk, serial=cuff.serial, at=now)
    for systolic in (133, 134):
        said = {"kind": "blood_pressure", "systolic": systolic, "diastolic": 80}
        at = (day.now - timedelta(minutes=2)).replace(microsecond=0)
        batch = read(msgspec.json.encode({**said, "measured_at": at}), JSON)
        with acting_in(Scope.ingest()):
            ingest.take_in(batch, credential=sender, received_at=now)
    with everybody():
        return ReadingConflict.objects.get()


def test_a_clinician_decides(
    cast: Cast, day: Day, contradiction: ReadingConflict, sign_in: SignIn
) -> None:
    client = sign_in(cast.alice)
    url = reverse("portal:clinic:quarantine", args=[day.patient])
    page = text(client.get(url))
    for said in ("131", "132", "20", "134", "133/80"):
        assert said in page
    assert access_events(what="clinic.quarantine", actor_id=str(cast.alice.pk))
    with everybody():
        wrong = QuarantinedItem.objects.get(code="clock_suspect")
        odd = QuarantinedItem.objects.get(code="implausible")
        nobodys = QuarantinedItem.objects.get(code="unknown_user")
    decisions = [
        {"do": "theirs", "item": nobodys.pk, "reason": "she was asked"},
        {"do": "clock", "item": wrong.pk, "reason": "a day ahead", "minutes": 1440},
        {"do": "dismiss", "item": odd.pk, "reason": "no living person"},
        {"do": "take", "item": contradiction.pk, "reason": "she wrote it down"},
    ]
    foreign = sign_in(cast.charlie)
    assert foreign.post(url, decisions[0]).status_code == 404
    client = sign_in(cast.alice)
    without = client.post(url, {**decisions[2], "reason": ""}, follow=True)
    assert "Say why" in text(without)
    for decision in decisions:
        assert client.post(url, decision).status_code == 302
        assert client.post(url, decision).status_code == 404
    assert "Nothing waits for a decision." in text(client.get(url))
    with everybody():
        rows = queries.blood_pressure(
            patient_id=day.patient, start=day.now - timedelta(days=2), end=timezone.now()
        )
    assert {131, 132, 134} <= {row.systolic for row in rows}
    assert 133 not in {row.systolic for row in rows}


def test_the_desk_knows_devices_and_nobody(cast: Cast, day: Day, sign_in: SignIn) -> None:
    url = reverse("portal:operator:devices")
    page = text(sign_in(cast.olga).get(url))
    assert "…FF-1" in page
    assert "CUFF-1" not in page
    assert "佐藤" not in page
    assert "131" not in page
    assert "…FF-1" not in text(sign_in(cast.olga).get(url, {"silent": "3"}))
    assert "…FF-1" not in text(sign_in(cast.oscar).get(url))
    assert access_events(what="operator.devices") == []


def test_nobodys_devices_show_nothing(cast: Cast, sign_in: SignIn) -> None:
    with everybody():
        ConsentFactory(patient=cast.taro, purpose=Purpose.CARE)
    client = sign_in(cast.member)
    assert "You have no device yet." in text(client.get(DEVICES))
    assert "Nothing waits for your answer." in text(client.get(WHOSE))
    assert access_events(what="my.whose") == []
