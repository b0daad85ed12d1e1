"""FHIR and Open mHealth at the one door: the same answers, identity and quarantine as native."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from devices import queries, registry
from devices.models import QuarantinedItem, ReadingConflict, Resolution
from devices.wire import batch
from healthcare.hospitals.scope import Scope, acting_in
from tests.cast import Cast
from tests.unit.devices.conftest import BY, HANDED_OVER, Entrust, Hand, Handed, Post
from tests.unit.devices.saying import (
    ABSENT,
    AT,
    NIGHT,
    SLOT,
    bundle,
    heart_rate,
    in_bed,
    observation,
    panel,
    point,
    pressure,
    quantity,
    rate,
    sleep,
)

FHIR = "application/fhir+json"
OPEN_MHEALTH = "application/vnd.openmhealth+json"
EVERYBODY = Scope.system("a test looks")
NATIVE = {"kind": "blood_pressure", "measured_at": AT, "systolic": 128, "diastolic": 82}
# 128/82, no mean, no pulse, at 07:00:00 on 2 November 2026.
BYTES = "0280005200ff07ea070b02070000"
Send = Callable[..., Any]


@pytest.fixture
def send(post: Post, cuff: Handed) -> Send:
    """Post as Hanako's cuff: FHIR when it says a resourceType, else Open mHealth."""

    def send_as(tree: Any, *, token: str = "", **how: Any) -> Any:
        type_ = FHIR if isinstance(tree, dict) and "resourceType" in tree else OPEN_MHEALTH
        return post(token or cuff.token, tree, content_type=type_, **how)

    return send_as


def statuses(answer: Any) -> list[str]:
    said = answer.json()
    assert [result["index"] for result in said["results"]] == list(range(len(said["results"])))
    return [result["status"] for result in said["results"]]


def held() -> list[QuarantinedItem]:
    with acting_in(EVERYBODY):
        return list(QuarantinedItem.objects.all())


def stored(cast: Cast) -> list[tuple[int, int, int | None]]:
    with acting_in(EVERYBODY):
        found = queries.blood_pressure(
            patient_id=cast.hanako.pk, start=HANDED_OVER, end=timezone.now()
        )
    return [(reading.systolic, reading.diastolic, reading.pulse) for reading in found]


@pytest.mark.parametrize(
    ("good", "other", "implausible", "broken"),
    [
        (panel(), panel(131), panel(310), panel(status="preliminary")),
        (
            point("blood-pressure", "4.0", pressure()),
            point("blood-pressure", "4.0", pressure(131)),
            point("blood-pressure", "4.0", pressure(310)),
            point("blood-pressure", "4.0", {}),
        ),
    ],
)
def test_a_bare_one_has_its_status_in_the_status_line(
    send: Send, good: Any, other: Any, implausible: Any, broken: Any
) -> None:
    said = [send(tree) for tree in (good, good, other, implausible, broken)]
    assert [answer.status_code for answer in said] == [201, 200, 409, 202, 422]
    assert said[4]["Content-Type"] == "application/problem+json"
    assert said[4].json()["errors"][0]["field"] in ("status", "body")
    assert len(held()) == 1
    with acting_in(EVERYBODY):
        (conflict,) = ReadingConflict.objects.all()
    assert json.loads(conflict.payload) == other


def test_a_batch_goes_entry_by_entry(send: Send, cast: Cast) -> None:
    later = "2026-11-02T07:02:00+09:00"
    answer = send(
        bundle(
            panel(),
            heart_rate(64),
            {"resourceType": "Patient"},
            panel(320, effectiveDateTime=later),
            panel(component=[], dataAbsentReason=ABSENT, effectiveDateTime=later),
        )
    )
    assert answer.status_code == 200
    assert statuses(answer) == ["accepted", "duplicate", "rejected", "quarantined", "quarantined"]
    codes = [result["code"] for result in answer.json()["results"]]
    assert codes == [None, None, "malformed", "implausible", "undecodable"]
    assert stored(cast) == [(128, 82, 64)]


def test_a_transaction_is_taken_whole_or_not_at_all(send: Send, cast: Cast) -> None:
    second = panel(126, effectiveDateTime="2026-11-02T07:02:00+09:00")
    refused = send(bundle(panel(), second, observation("1-1"), type_="transaction"))
    assert refused.status_code == 422
    assert refused["Content-Type"] == "application/problem+json"
    assert [error["index"] for error in refused.json()["errors"]] == [2]
    assert "nothing was stored" in refused.json()["detail"]
    assert stored(cast) == []
    taken = send(bundle(panel(), second, type_="transaction"))
    assert (taken.status_code, statuses(taken)) == (200, ["accepted"] * 2)
    assert len(stored(cast)) == 2


def test_a_transaction_without_consent_keeps_nothing(send: Send, cast: Cast, hand: Hand) -> None:
    token = hand(cast.taro, "CUFF-2").token
    answer = send(bundle(panel(), panel(310), type_="transaction"), token=token)
    assert answer.status_code == 422
    assert held() == []


def test_packed(send: Send) -> None:
    assert send(bundle(panel(), type_="transaction"), packed=True).json()["accepted"] == 1


def test_one_reading_in_four_formats_is_one(send: Send, post: Post, cuff: Handed) -> None:
    ble = {"kind": "ble", "characteristic": "2A35", "value": BYTES, "received_at": AT}
    said = [
        send(point("blood-pressure", "4.0", pressure())),
        send(panel()),
        post(cuff.token, NATIVE),
        post(cuff.token, json.dumps(NATIVE).encode(), content_type="application/x-ndjson"),
        send(point("blood-pressure", "1.0", pressure())),
        send(observation_of_mdc()),
        post(cuff.token, ble),
    ]
    assert [answer.json()["results"][0]["status"] for answer in said] == [
        "accepted",
        *["duplicate"] * 6,
    ]


def observation_of_mdc() -> dict[str, Any]:
    def mdc(number: str) -> dict[str, Any]:
        return {"coding": [{"system": "urn:iso:std:iso:11073:10101", "code": number}]}

    parts = [
        {"code": mdc(number), "valueQuantity": quantity(value)}
        for number, value in (("150021", 128), ("150022", 82))
    ]
    return panel(code=mdc("150020"), component=parts)


def test_a_night_in_three_formats_is_one(send: Send, post: Post, cast: Cast, hand: Hand) -> None:
    token = hand(cast.hanako, "MAT-1", kind="sleep").token
    said = send(bundle(sleep("93832-4", 7), sleep("93830-8", 4)), token=token)
    assert statuses(said) == ["accepted", "duplicate"]
    durations = {
        "light_sleep_duration": {"value": 240, "unit": "min"},
        "total_sleep_time": {"value": 7, "unit": "h"},
        "effective_time_frame": in_bed(),
    }
    episode = point("sleep-episode", "1.0", durations, namespace="ieee")
    assert statuses(send(episode, token=token)) == ["duplicate"]
    stages = [("light", 240), ("asleep", 180), ("unknown", 60)]
    native = {
        "kind": "sleep",
        "started_at": NIGHT["start"],
        "ended_at": NIGHT["end"],
        "stages": [{"stage": stage, "minutes": minutes} for stage, minutes in stages],
    }
    assert statuses(post(token, native)) == ["duplicate"]


def test_a_list_of_data_points_joins_a_heart_rate(send: Send, cast: Cast) -> None:
    points = [point("blood-pressure", "4.0", pressure()), point("heart-rate", "2.0", rate(61))]
    assert statuses(send(points)) == ["accepted", "duplicate"]
    assert stored(cast) == [(128, 82, 61)]


@pytest.mark.parametrize(
    "tree",
    [
        bundle(panel(device={"reference": "Device/CUFF-9"}),
               heart_rate(device={"reference": "Device/CUFF-9"})),
        panel(device={"identifier": {"value": "CUFF-9"}}),
        [point("blood-pressure", "4.0", pressure(), device="CUFF-9"),
         point("heart-rate", "2.0", rate(), device="CUFF-9")],
        point("blood-pressure", "3.1", pressure(), device="CUFF-9"),
    ],
)  # fmt: skip
def test_what_waits_for_its_device_is_released_and_read_again(
    send: Send, cast: Cast, hand: Hand, gateway_token: str, entrust: Entrust, tree: Any
) -> None:
    answer = send(tree, token=gateway_token)
    assert {result["code"] for result in answer.json()["results"]} == {"unknown_device"}
    (kept,) = held()  # what is one reading is kept once
    assert (kept.serial, kept.kind) == ("CUFF-9", "blood_pressure")
    hand(cast.hanako, "CUFF-9")
    entrust("CUFF-9")
    assert [kept.resolution for kept in held()] == [Resolution.RELEASED]
    several = isinstance(tree, list) or tree.get("resourceType") == "Bundle"
    assert stored(cast) == [(128, 82, 64 if several else None)]


@pytest.mark.parametrize(
    "tree",
    [
        panel(extension=[{"url": SLOT, "valueUnsignedInt": 2}]),
        point("blood-pressure", "4.0", pressure(), user_slot=2),
    ],
)
def test_whose_is_this(send: Send, cast: Cast, cuff: Handed, tree: Any) -> None:
    assert send(tree).json()["results"][0]["code"] == "unknown_user"
    with acting_in(EVERYBODY):
        registry.hand_over(
            serial=cuff.serial,
            patient=cast.hanako,
            user_slot=2,
            at=HANDED_OVER,
            now=timezone.now(),
            by=BY,
        )
    assert [kept.resolution for kept in held()] == [Resolution.RELEASED]
    assert stored(cast) == [(128, 82, None)]


def test_a_device_names_no_other(send: Send) -> None:
    answer = send(panel(device={"reference": "Device/OTHER"}))
    assert answer.status_code == 422
    assert "leave device out" in answer.json()["detail"]


def test_a_crisis_is_answered_with_advice(send: Send) -> None:
    now = timezone.now().replace(microsecond=0).isoformat()
    answer = send(panel(185, 110, effectiveDateTime=now))
    assert answer.json()["results"][0]["advice"] == "measure_again"


@pytest.mark.parametrize("type_", [FHIR, OPEN_MHEALTH])
@pytest.mark.parametrize(
    "body",
    [b" ", b"\xff", b"[" * 50_000, b'{"a":' * 50_000, b"NaN", b'"x"', b"{", b'{"\\ud800":1}'],
)
def test_a_body_that_cannot_be_read(cuff: Handed, post: Post, type_: str, body: bytes) -> None:
    answer = post(cuff.token, body, content_type=type_)
    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    ("type_", "start", "end"),
    [
        (FHIR, b'{"resourceType":"Bundle","type":"batch","entry":[', b"]}"),
        (OPEN_MHEALTH, b"[", b"]"),
    ],
)
def test_too_many_items(cuff: Handed, post: Post, type_: str, start: bytes, end: bytes) -> None:
    body = start + b",".join([b"{}"] * (batch.MAX_ITEMS + 1)) + end
    assert post(cuff.token, body, content_type=type_).status_code == 413
