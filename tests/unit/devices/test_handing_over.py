"""What is stored follows whose the device was when it was measured, however late that is said."""

import json
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from devices import queries, registry, stocking
from devices.handing_over import HandOver
from devices.models import Device, DeviceHolding, QuarantinedItem
from devices.registry import RegistryError
from healthcare.patients.models import Patient, Purpose
from tests.cast import Cast
from tests.factories import ConsentFactory
from tests.looking import audit_records, everybody
from tests.unit.devices.conftest import BY, HANDED_OVER, Hand, Handed, Post, item, night

DAY = timedelta(days=1)
FIRST = datetime.fromisoformat("2026-11-01T07:00:00+09:00")


@pytest.fixture
def taro(cast: Cast) -> Patient:
    """Taro, who consents to care now."""
    with everybody():
        ConsentFactory(patient=cast.taro, purpose=Purpose.CARE)
    return cast.taro


def measure(post: Post, cuff: Handed, days: int = 5, **fields: Any) -> None:
    for n in range(days):
        said = item(measured_at=(FIRST + n * DAY).isoformat(), systolic=120 + n, **fields)
        assert post(cuff.token, said).status_code == 201


def of(patient: Patient) -> list[int]:
    with everybody():
        rows = queries.blood_pressure(patient_id=patient.pk, start=HANDED_OVER, end=timezone.now())
        return [row.systolic for row in rows]


def hand_over(cuff: Handed, patient: Patient, at: datetime, **fields: Any) -> HandOver:
    with everybody():
        return registry.hand_over(
            serial=cuff.serial, patient=patient, at=at, now=timezone.now(), by=BY, **fields
        )


def correct(cuff: Handed, at: datetime, **fields: Any) -> HandOver:
    with everybody():
        return registry.correct_hand_over(
            serial=cuff.serial, at=at, now=timezone.now(), by=BY, **fields
        )


def test_a_late_hand_over_moves_what_came_since(
    cast: Cast, taro: Patient, cuff: Handed, post: Post
) -> None:
    measure(post, cuff)
    assert (
        post(
            cuff.token,
            night(started_at="2026-11-03T23:00:00+09:00", ended_at="2026-11-04T07:00:00+09:00"),
        ).status_code
        == 201
    )
    done = hand_over(cuff, taro, FIRST + 2 * DAY)
    assert (done.moved, done.withdrawn) == (4, 0)
    assert (of(cast.hanako), of(taro)) == ([120, 121], [122, 123, 124])
    (record,) = audit_records(action="devices.handed_over")
    assert record.details["moved"] == 4
    # The device sends its memory once more: nothing is there twice, and nothing comes back.
    for n in range(5):
        again = item(measured_at=(FIRST + n * DAY).isoformat(), systolic=120 + n)
        assert post(cuff.token, again).json()["results"][0]["status"] == "duplicate"
    assert (of(cast.hanako), of(taro)) == ([120, 121], [122, 123, 124])


def test_a_corrected_hand_over_moves_both_ways(
    cast: Cast, taro: Patient, cuff: Handed, post: Post
) -> None:
    hand_over(cuff, taro, FIRST + 2 * DAY)
    measure(post, cuff)
    assert correct(cuff, FIRST + DAY).moved == 1
    assert (of(cast.hanako), of(taro)) == ([120], [121, 122, 123, 124])
    assert correct(cuff, FIRST + 3 * DAY).moved == 2
    assert (of(cast.hanako), of(taro)) == ([120, 121, 122], [123, 124])
    with everybody():
        first, second = DeviceHolding.objects.filter(device=cuff.device).order_by("period")
    assert first.period.upper == second.period.lower == FIRST + 3 * DAY
    with pytest.raises(RegistryError, match="former holder"):
        correct(cuff, HANDED_OVER)


def test_the_first_holder_got_it_later_than_said(cast: Cast, cuff: Handed, post: Post) -> None:
    measure(post, cuff, 3)
    done = correct(cuff, FIRST + DAY)
    assert (done.moved, done.withdrawn) == (0, 1)
    assert of(cast.hanako) == [121, 122]


def test_only_the_slot_that_changed_hands_is_moved(
    cast: Cast, taro: Patient, hand: Hand, post: Post
) -> None:
    cuff = hand(cast.hanako, user_slot=1)
    hand_over(cuff, cast.hanako, HANDED_OVER, user_slot=2)
    measure(post, cuff, 3, user_slot=1)
    measure(post, cuff, 3, user_slot=2, id="b")
    assert hand_over(cuff, taro, FIRST + DAY, user_slot=2).moved == 2
    assert (len(of(cast.hanako)), of(taro)) == (4, [121, 122])


def test_readings_of_other_slots_are_nobodys_guess(
    cast: Cast, taro: Patient, hand: Hand, post: Post
) -> None:
    cuff = hand(cast.hanako, user_slot=1)
    measure(post, cuff, 3, user_slot=1)
    with pytest.raises(RegistryError, match="--user-slot"):
        hand_over(cuff, taro, FIRST + DAY)
    assert len(of(cast.hanako)) == 3
    hand_over(cuff, taro, FIRST + 4 * DAY)


def test_without_consent_nothing_is_stored_for_the_new_holder(
    cast: Cast, cuff: Handed, post: Post
) -> None:
    measure(post, cuff, 3)
    done = hand_over(cuff, cast.taro, FIRST + 2 * DAY)
    assert (done.moved, done.withdrawn) == (0, 1)
    assert (of(cast.hanako), of(cast.taro)) == ([120, 121], [])


def test_a_replacement_continues_for_the_same_people(
    cast: Cast, taro: Patient, hand: Hand, post: Post
) -> None:
    cuff = hand(cast.hanako, user_slot=1)
    hand_over(cuff, taro, FIRST, user_slot=2)
    answer = run("replace_device", serial=cuff.serial, by_serial="CUFF-2")
    assert (answer["device"], answer["replaces"]) == ("CUFF-2", cuff.serial)
    assert post(cuff.token, item(user_slot=1)).status_code == 401
    soon = (timezone.now() + timedelta(minutes=1)).isoformat()
    for slot in (1, 2):
        said = item(user_slot=slot, measured_at=soon, id=slot)
        assert post(answer["token"], said).status_code == 201
    assert (len(of(cast.hanako)), len(of(taro))) == (0, 0)  # a minute ahead of the question
    with everybody():
        assert [
            h.patient_id
            for h in DeviceHolding.objects.filter(device__serial="CUFF-2").order_by("user_slot")
        ] == [cast.hanako.pk, taro.pk]


def test_what_cannot_take_a_place(cast: Cast, cuff: Handed, hand: Hand) -> None:
    hand(cast.taro, "CUFF-2")
    with everybody():
        stocking.stock(kind="sleep", serial="BAND", now=timezone.now(), by=BY)
    for serial, words in (("CUFF-2", "hands"), ("BAND", "kind"), (cuff.serial, "kind")):
        with pytest.raises(CommandError, match=words):
            run("replace_device", serial=cuff.serial, by_serial=serial)
    assert Device.objects.get(serial=cuff.serial).retired_at is None


def test_keys_change_without_losing_a_reading(cuff: Handed, post: Post) -> None:
    new = run("rotate_device_key", serial=cuff.serial)["token"]
    for token in (cuff.token, new):
        assert post(token, item(id=token[-4:])).status_code == 201
    assert run("revoke_older_keys", serial=cuff.serial)["revoked"] == 1
    assert post(cuff.token, item()).status_code == 401
    assert run("retire_device", serial=cuff.serial)["device"] == cuff.serial
    assert post(new, item()).status_code == 401
    with pytest.raises(CommandError, match="retired"):
        run("retire_device", serial=cuff.serial)


def test_the_command_says_what_moved(cast: Cast, taro: Patient, cuff: Handed, post: Post) -> None:
    measure(post, cuff)
    at = FIRST + 2 * DAY
    who = {"serial": cuff.serial, "operator_subscriber_id": "TARO"}
    assert run("hand_over_device", **who, at=at)["moved"] == 3
    assert run("hand_over_device", **who, at=at - DAY, correct=True)["moved"] == 1
    with pytest.raises(CommandError, match="needs --at"):
        run("hand_over_device", **who, correct=True)
    who["operator_subscriber_id"] = "HANAKO"
    with pytest.raises(CommandError, match="somebody else"):
        run("hand_over_device", **who, at=at, correct=True)
    assert of(taro) == [121, 122, 123, 124]


def run(name: str, **options: Any) -> dict[str, Any]:
    out = StringIO()
    given = [
        f"--{'with' if k == 'by_serial' else k.replace('_', '-')}={v}"
        for k, v in options.items()
        if v is not True
    ]
    flags = [f"--{k}" for k, v in options.items() if v is True]
    call_command(name, *given, *flags, "--json", stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def test_held_items_are_asked_again(cast: Cast, taro: Patient, cuff: Handed, post: Post) -> None:
    post(cuff.token, item(user_slot=3))
    hand_over(cuff, taro, HANDED_OVER, user_slot=3)
    assert len(of(taro)) == 1
    with everybody():
        assert QuarantinedItem.objects.get().resolution == "released"
