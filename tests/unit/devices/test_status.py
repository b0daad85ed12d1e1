"""When a device was heard, what it said of itself, and who is silent."""

import json
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from devices import registry, status, stocking
from devices.clocks import Drift
from devices.models import Device, DeviceStatus
from devices.status import Heard
from tests.cast import Cast
from tests.looking import everybody
from tests.unit.devices.conftest import BY, Entrust, Hand, Handed, Post, item, night

NOW = datetime.fromisoformat("2026-11-02T08:00:00+09:00")
MINUTE = timedelta(minutes=1)


def of(cuff: Handed) -> DeviceStatus:
    return DeviceStatus.objects.get(device=cuff.device)


def hear(cuff: Handed, at: datetime, **said: Any) -> None:
    with everybody():
        status.note([Heard(cuff.device.pk, **said)], received_at=at)


@pytest.mark.parametrize("body", [item(), night(), item(user_slot=9), item(systolic=20)])
def test_every_post_lets_a_device_be_heard(cuff: Handed, post: Post, body: dict[str, Any]) -> None:
    before = timezone.now()
    post(cuff.token, {**body, "battery": 81, "firmware": "2.1"})
    found = of(cuff)
    assert found.last_seen_at >= before
    assert (found.battery, found.firmware) == (81, "2.1")


def test_what_it_says_of_itself_is_no_part_of_the_reading(cuff: Handed, post: Post) -> None:
    said = item()
    assert post(cuff.token, {**said, "battery": 81}).status_code == 201
    assert post(cuff.token, {**said, "battery": 80}).json()["results"][0]["status"] == "duplicate"
    assert of(cuff).battery == 80


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"battery": 101}, "battery"),
        ({"battery": -1}, "battery"),
        ({"firmware": "x" * 61}, "firmware"),
        ({"sent_at": "yesterday"}, "sent_at"),
    ],
)
def test_what_cannot_be_said(cuff: Handed, post: Post, fields: dict[str, Any], words: str) -> None:
    answer = post(cuff.token, item(**fields))
    assert answer.status_code == 422
    assert answer.json()["results"][0]["detail"].startswith(words)


def test_bytes_of_a_gateway_too(cuff: Handed, post: Post) -> None:
    ble = {
        "kind": "ble",
        "characteristic": "2A35",
        "value": "1e78",
        "battery": 7,
        "received_at": "2026-11-02T07:00:00+09:00",
    }
    post(cuff.token, ble)
    assert of(cuff).battery == 7


def test_who_may_not_post_for_a_device_is_not_heard_as_it(
    cuff: Handed, hand: Hand, cast: Cast, post: Post, gateway_token: str, entrust: Entrust
) -> None:
    hand(cast.hanako, "CUFF-2")
    entrust("CUFF-2")
    post(gateway_token, {"readings": [item(device=cuff.serial), item(device="CUFF-2")]})
    assert [s.device.serial for s in DeviceStatus.objects.all()] == ["CUFF-2"]


def test_it_is_written_every_quarter_of_an_hour_unless_something_changed(cuff: Handed) -> None:
    hear(cuff, NOW, latest=NOW, battery=50, firmware="1")
    for said in ({}, {"battery": 50}, {"firmware": "1"}, {"latest": NOW}):
        hear(cuff, NOW + MINUTE, **said)
    assert of(cuff).last_seen_at == NOW
    assert of(cuff).lags == [0]
    for n, said in enumerate(
        ({"battery": 49}, {"firmware": "2"}, {"latest": NOW + 9 * MINUTE}, {"sent_at": NOW}), 2
    ):
        hear(cuff, NOW + n * MINUTE, **said)
        assert of(cuff).last_seen_at == NOW + n * MINUTE
    hear(cuff, NOW + 20 * MINUTE)
    found = of(cuff)
    assert found.last_seen_at == NOW + 20 * MINUTE
    assert (found.battery, found.firmware, found.lags) == (49, "2", [-300, 0])


def test_an_earlier_moment_takes_nothing_back(cuff: Handed) -> None:
    hear(cuff, NOW, battery=50)
    hear(cuff, NOW - 60 * MINUTE, battery=60)
    assert of(cuff).last_seen_at == NOW


def test_one_statement_for_a_body_of_many(cast: Cast, hand: Hand) -> None:
    cuffs = [hand(cast.hanako, f"C{n}", user_slot=n) for n in range(30)]
    with everybody(), CaptureQueriesContext(connection) as asked:
        status.note([Heard(cuff.device.pk, NOW) for cuff in cuffs], received_at=NOW)
    assert len(asked) <= 1  # a binary cursor is not counted by Django
    assert DeviceStatus.objects.count() == 30


def test_clocks_that_are_off_are_found(cuff: Handed, hand: Hand, cast: Cast, post: Post) -> None:
    for n in range(4):
        at = NOW + n * 60 * MINUTE
        hear(cuff, at, latest=at - 61 * MINUTE)
    drift = status.drift_of(of(cuff))
    assert drift == Drift(-61 * 60, certain=False)
    ahead = hand(cast.hanako, "CUFF-2")
    said = (timezone.now() + 60 * MINUTE).isoformat()
    post(ahead.token, item(measured_at=said))
    drift = status.drift_of(of(ahead))
    assert drift is not None
    assert drift.certain
    assert abs(drift.seconds - 3600) < 30
    exact = hand(cast.hanako, "CUFF-3")
    post(exact.token, item(sent_at=(timezone.now() - 30 * MINUTE).isoformat()))
    drift = status.drift_of(of(exact))
    assert drift is not None
    assert drift.certain
    assert abs(drift.seconds + 1800) < 30


def test_the_silent_are_listed(cast: Cast, cuff: Handed, hand: Hand) -> None:
    heard = hand(cast.hanako, "CUFF-2")
    retired = hand(cast.hanako, "CUFF-3")
    new = hand(cast.hanako, "CUFF-4", handed_over_at=timezone.now())
    hear(heard, timezone.now(), battery=3)
    with everybody():
        registry.retire(serial=retired.serial, now=timezone.now(), by=BY)
        stocking.stock(kind="sleep", serial="BOX", now=timezone.now(), by=BY)
    assert silent(7) == [(cuff.serial, None)]
    DeviceStatus.objects.filter(device=heard.device).update(
        last_seen_at=timezone.now() - timedelta(days=8)
    )
    assert [serial for serial, _ in silent(7)] == [cuff.serial, heard.serial]
    assert [serial for serial, _ in silent(9)] == [cuff.serial]
    assert new.serial not in dict(silent(1))
    with pytest.raises(CommandError, match="--days 0"):
        silent(0)


def silent(days: int) -> list[tuple[str, str | None]]:
    out = StringIO()
    call_command("silent_devices", f"--days={days}", "--json", stdout=out)
    answer = json.loads(out.getvalue())
    assert answer["silent"] == len(answer["devices"])
    return [(one["device"], one["last_seen_at"]) for one in answer["devices"]]


def test_stock_has_no_status(cast: Cast) -> None:
    assert Device.objects.count() == 0
    assert status.drift_of(None) is None
