"""The commands' answers, as others rely on them."""

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from devices import queries
from devices.models import Device
from healthcare.hospitals.scope import Scope, acting_in
from tests.cast import Cast
from tests.unit.devices.conftest import Post, item


def run(*words: str) -> Any:
    out = io.StringIO()
    call_command(*words, "--json", stdout=out)
    return json.loads(out.getvalue())


def register(*words: str, serial: str = "CUFF-1") -> Any:
    return run("register_device", "--kind", "blood_pressure", "--serial", serial, *words)


HANAKO = ("--operator-subscriber-id", "HANAKO")
TARO = ("--operator-subscriber-id", "TARO")


def test_a_registered_device_may_post(cast: Cast, post: Post) -> None:
    answer = register(*HANAKO, "--handed-over-at", "2026-03-01T00:00:00+09:00")
    assert set(answer) == {"device", "token"}
    assert answer["device"] == "CUFF-1"
    assert post(answer["token"], item()).status_code == 201


def test_it_is_handed_over_now_unless_said(cast: Cast, post: Post) -> None:
    answer = register(*HANAKO)
    result = post(answer["token"], item()).json()["results"][0]
    assert result["code"] == "before_hand_over"


def test_a_device_changes_hands(cast: Cast) -> None:
    register(*HANAKO, "--handed-over-at", "2026-03-01T00:00:00Z", "--user-slot", "1")
    answer = run(
        "hand_over_device", "--serial", "CUFF-1", *TARO, "--at", "2026-04-01T00:00:00+00:00"
    )
    assert answer["patient"] == cast.taro.pk
    with acting_in(Scope.system("a test looks")):
        assert (
            queries.devices_of(patient_id=cast.hanako.pk, at=Device.objects.get().registered_at)
            == []
        )


def test_a_gateway(cast: Cast, post: Post) -> None:
    register(*HANAKO, "--handed-over-at", "2026-03-01T00:00:00Z")
    answer = run("register_gateway", "--name", "hub")
    assert set(answer) == {"gateway", "token"}
    said = item(device="CUFF-1")
    assert post(answer["token"], said).json()["results"][0]["code"] == "unknown_device"
    entrust = ("entrust_device", "--gateway", "hub", "--serial", "CUFF-1")
    assert run(*entrust) == {"gateway": "hub", "entrusted": ["CUFF-1"]}
    assert post(answer["token"], said).json()["results"][0]["status"] == "duplicate"
    assert post(answer["token"], item(device="CUFF-1", id="2")).status_code == 201
    assert run(*entrust, "--withdraw") == {"gateway": "hub", "withdrawn": ["CUFF-1"]}
    assert post(answer["token"], item(device="CUFF-1", id="3")).status_code == 202
    for wrong, cure in (("hub", "CUFF-2"), ("no-hub", "no-hub"), ("hub", "not entrusted")):
        serial = "CUFF-2" if cure == "CUFF-2" else "CUFF-1"
        with pytest.raises(CommandError, match=cure):
            run("entrust_device", "--gateway", wrong, "--serial", serial, "--withdraw")


@pytest.mark.parametrize(
    ("words", "cure"),
    [
        (("--operator-subscriber-id", "NOBODY"), "NOBODY"),
        ((*HANAKO, "--operator", "no-such"), "no-such"),
        ((*HANAKO, "--handed-over-at", "2026-03-01T00:00:00"), "offset"),
        ((*HANAKO, "--handed-over-at", "soon"), "offset"),
        ((*HANAKO, "--handed-over-at", "2999-01-01T00:00:00Z"), "to come"),
        ((*HANAKO, "--user-slot", "300"), "slot"),
    ],
)
def test_what_cannot_be_says_the_cure(cast: Cast, words: tuple[str, ...], cure: str) -> None:
    with pytest.raises(CommandError, match=cure):
        register(*words)
    assert not Device.objects.exists()


def test_a_serial_twice(cast: Cast) -> None:
    register(*HANAKO)
    with pytest.raises(CommandError, match="hand_over_device"):
        register(*TARO)
    with pytest.raises(CommandError, match="register_device"):
        run("hand_over_device", "--serial", "CUFF-2", *TARO)


def test_bytes_in_words() -> None:
    said = run("decode_ble", "00780050005d00")
    assert (said["systolic"], said["unit"]) == (120.0, "mmHg")
    assert "error" in run("decode_ble", "1e")
