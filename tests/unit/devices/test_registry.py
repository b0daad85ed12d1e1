"""Devices come, change hands and go; every change is audited."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from devices import queries, registry
from devices.models import Device, DeviceHolding
from devices.registry import RegistryError
from healthcare.hospitals.scope import Scope, acting_in
from tests.cast import Cast
from tests.looking import audit_records
from tests.unit.devices.conftest import BY, HANDED_OVER, Hand, Handed, Post, item

EVERYBODY = Scope.system("a test registers")


def hand_over(cuff: Handed, cast: Cast, at: datetime, **fields: Any) -> registry.HandOver:
    said = {"serial": cuff.serial, "patient": cast.taro, "at": at, "now": timezone.now(), "by": BY}
    with acting_in(EVERYBODY):
        return registry.hand_over(**{**said, **fields})


def periods(cuff: Handed) -> list[tuple[int, int | None, datetime, datetime | None]]:
    with acting_in(EVERYBODY):
        rows = DeviceHolding.objects.filter(device=cuff.device).order_by("period", "user_slot")
        return [(h.patient_id, h.user_slot, h.period.lower, h.period.upper) for h in rows]


def actions() -> list[str]:
    return [record.action for record in audit_records()]


def test_the_token_is_shown_once(cuff: Handed) -> None:
    key = cuff.device.credentials.get()
    assert cuff.token.startswith("mmd_")
    assert cuff.token.startswith(key.prefix)
    assert cuff.token.encode() not in bytes(key.hash)
    assert actions()[-1] == "devices.registered"


@pytest.mark.parametrize("serial", ["CUFF-1", " CUFF-1 "])
def test_a_known_serial_says_what_to_do(cuff: Handed, cast: Cast, hand: Hand, serial: str) -> None:
    with pytest.raises(RegistryError, match="hand_over_device"):
        hand(cast.taro, serial)
    assert Device.objects.count() == 1


def test_a_serial_is_needed(cast: Cast, hand: Hand) -> None:
    with pytest.raises(RegistryError, match="serial"):
        hand(cast.hanako, "  ")


def test_a_hand_over_is_a_fact(cast: Cast, cuff: Handed, hand: Hand) -> None:
    to_come = timezone.now() + timedelta(hours=1)
    with pytest.raises(RegistryError, match="to come"):
        hand(cast.hanako, "CUFF-2", handed_over_at=to_come)
    with pytest.raises(RegistryError, match="to come"):
        hand_over(cuff, cast, to_come)


def test_the_whole_device_changes_hands(cast: Cast, cuff: Handed) -> None:
    at = HANDED_OVER + timedelta(days=30)
    hand_over(cuff, cast, at)
    hanako, taro = cast.hanako.pk, cast.taro.pk
    assert periods(cuff) == [(hanako, None, HANDED_OVER, at), (taro, None, at, None)]
    with acting_in(EVERYBODY):
        assert queries.devices_of(patient_id=hanako, at=at) == []
        (held,) = queries.devices_of(patient_id=taro, at=at)
    assert (held.serial, held.since, held.user_slot) == (cuff.serial, at, None)


def test_one_slot_changes_hands(cast: Cast, hand: Hand) -> None:
    cuff = hand(cast.hanako, user_slot=1)
    at = HANDED_OVER + timedelta(days=30)
    hand_over(cuff, cast, at, user_slot=2)
    assert periods(cuff) == [
        (cast.hanako.pk, 1, HANDED_OVER, None),
        (cast.taro.pk, 2, at, None),
    ]


@pytest.mark.parametrize("days", [0, -1])
def test_nobody_gets_a_device_before_its_holder(cast: Cast, cuff: Handed, days: int) -> None:
    with pytest.raises(RegistryError, match="since"):
        hand_over(cuff, cast, HANDED_OVER + timedelta(days=days))


def test_an_unknown_or_retired_device(cast: Cast, cuff: Handed) -> None:
    now = timezone.now()
    with pytest.raises(RegistryError, match="register_device"):
        hand_over(cuff, cast, now, serial="CUFF-9")
    with acting_in(EVERYBODY):
        registry.retire(serial=cuff.serial, now=now, by=BY)
    with pytest.raises(RegistryError, match="retired"):
        hand_over(cuff, cast, now)
    assert periods(cuff) == [(cast.hanako.pk, None, HANDED_OVER, now)]


def test_keys_rotate_without_a_gap(cuff: Handed, post: Post) -> None:
    now = timezone.now()
    with acting_in(EVERYBODY):
        second = registry.rotate(serial=cuff.serial, now=now, by=BY)
        with pytest.raises(RegistryError, match="revoke"):
            registry.rotate(serial=cuff.serial, now=now, by=BY)
    assert post(cuff.token, item()).status_code == 201
    assert post(second, item()).status_code in (200, 201, 409)
    with acting_in(EVERYBODY):
        assert registry.revoke_older(serial=cuff.serial, now=now, by=BY) == 1
        assert registry.revoke_older(serial=cuff.serial, now=now, by=BY) == 0
    assert post(cuff.token, item()).status_code == 401
    assert post(second, item()).status_code != 401
    with acting_in(EVERYBODY):
        registry.rotate(serial=cuff.serial, now=now, by=BY)


def test_gateways_have_names_of_their_own(gateway_token: str) -> None:
    assert gateway_token.startswith("mmg_")
    for name in ("ward-hub", " "):
        with acting_in(EVERYBODY), pytest.raises(RegistryError):
            registry.register_gateway(name=name, now=timezone.now(), by=BY)
