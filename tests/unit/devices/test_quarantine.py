"""Well formed but not to be believed: kept whole, apart, once."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from devices import quarantine, queries, registry, tasks
from devices.models import QuarantinedItem, Resolution
from devices.signals import readings_suspect
from healthcare.hospitals.scope import Scope, acting_in
from tests.cast import Cast
from tests.looking import audit_records
from tests.unit.devices.conftest import BY, HANDED_OVER, Entrust, Hand, Handed, Post, item, night

EVERYBODY = Scope.system("a test looks")


def code(answer: Any) -> str:
    (result,) = answer.json()["results"]
    assert result["status"] == "quarantined"
    assert result["detail"]
    return str(result["code"])


def held() -> list[QuarantinedItem]:
    with acting_in(EVERYBODY):
        return list(QuarantinedItem.objects.select_related("patient"))


@pytest.mark.parametrize(
    "fields",
    [
        {"systolic": 49},
        {"systolic": 301},
        {"diastolic": 29},
        {"diastolic": 201, "systolic": 290},
        {"systolic": 90, "diastolic": 81},
        {"systolic": 80, "diastolic": 90},
        {"pulse": 24},
        {"pulse": 251},
        {"diastolic": 5.4e-79},
        {"systolic": 10**6},
        {"systolic": -120},
        {"systolic": 128, "unit": "kPa"},
    ],
)
def test_values_that_cannot_be(cuff: Handed, post: Post, fields: dict[str, Any]) -> None:
    assert code(post(cuff.token, item(**fields))) == "implausible"
    (kept,) = held()
    assert kept.patient_id is not None
    assert kept.resolution == ""


@pytest.mark.parametrize(
    "fields",
    [
        {"systolic": 50, "diastolic": 30},
        {"systolic": 300, "diastolic": 200},
        {"systolic": 91, "diastolic": 81, "pulse": 25},
        {"pulse": 250},
    ],
)
def test_values_that_can_just_be(cuff: Handed, post: Post, fields: dict[str, Any]) -> None:
    assert post(cuff.token, item(**fields)).status_code == 201


@pytest.mark.parametrize(
    "fields",
    [
        {"ended_at": "2026-11-01T22:59:00+09:00"},
        {"ended_at": "2026-11-02T07:02:00+09:00"},
        {"started_at": "2026-10-31T06:00:00+09:00"},
    ],
)
def test_nights_that_cannot_be(cuff: Handed, post: Post, fields: dict[str, Any]) -> None:
    assert code(post(cuff.token, night(**fields))) == "implausible"


def test_a_night_may_differ_by_one_epoch(cuff: Handed, post: Post) -> None:
    assert post(cuff.token, night(ended_at="2026-11-02T07:01:00+09:00")).status_code == 201


def test_a_clock_that_runs_ahead(cuff: Handed, post: Post) -> None:
    now = timezone.now()
    bearable = now + timedelta(minutes=9)
    assert post(cuff.token, item(measured_at=bearable.isoformat())).status_code == 201
    wrong = now + timedelta(minutes=11)
    assert code(post(cuff.token, item(measured_at=wrong.isoformat()))) == "clock_suspect"
    far = "9999-12-31T23:00:00Z"
    assert code(post(cuff.token, item(measured_at=far))) == "clock_suspect"


def test_a_night_that_ends_in_the_future(cuff: Handed, post: Post) -> None:
    start = timezone.now() - timedelta(hours=1)
    body = night(started_at=start.isoformat(), ended_at=(start + timedelta(hours=8)).isoformat())
    assert code(post(cuff.token, body)) == "clock_suspect"


def test_before_anybody_held_it(cuff: Handed, post: Post) -> None:
    before = HANDED_OVER - timedelta(seconds=1)
    assert code(post(cuff.token, item(measured_at=before.isoformat()))) == "before_hand_over"
    assert held()[0].patient_id is None
    assert post(cuff.token, item(measured_at=HANDED_OVER.isoformat())).status_code == 201


@pytest.mark.parametrize(
    ("registered", "sent"), [(None, 2), (1, 2), (1, None), (1, 255), (None, 0)]
)
def test_whose_is_this(
    cast: Cast, hand: Hand, post: Post, registered: int | None, sent: int | None
) -> None:
    cuff = hand(cast.hanako, user_slot=registered)
    assert code(post(cuff.token, item(user_slot=sent))) == "unknown_user"


def test_whose_is_this_of_people_without_consent(cast: Cast, hand: Hand, post: Post) -> None:
    cuff = hand(cast.taro)
    answer = post(cuff.token, item(user_slot=2))
    assert answer.json()["results"][0]["code"] == "no_consent"
    assert held() == []


def test_bytes_that_do_not_decode(cuff: Handed, post: Post) -> None:
    ble = {
        "kind": "ble",
        "characteristic": "2A35",
        "value": "1e78",
        "received_at": "2026-11-02T07:00:00+09:00",
    }
    assert code(post(cuff.token, ble)) == "undecodable"
    impossible = {**ble, "value": "02780050005d00ea070d2a071e00"}
    assert code(post(cuff.token, impossible)) == "undecodable"


def test_the_payload_is_kept_as_it_was_sent(cuff: Handed, post: Post) -> None:
    body = (
        b'{ "readings" : [ {"kind":"blood_pressure",  "measured_at":"2026-11-02T07:00:00+09:00",'
        b'"systolic":1.20e1, "diastolic":80, "extra":[1,2.50]} ] }'
    )
    post(cuff.token, body)
    (kept,) = held()
    assert kept.payload == body[body.index(b'{"kind"') : body.rindex(b"}", 0, -2) + 1].decode()


def test_the_same_item_again_is_held_once(cuff: Handed, post: Post) -> None:
    said = item(systolic=20)
    for body in (said, {"readings": [said, said]}):
        post(cuff.token, body)
    assert len(held()) == 1


def test_a_high_value_in_quarantine_is_told(cast: Cast, cuff: Handed, post: Post) -> None:
    told: list[dict[str, Any]] = []

    def listen(**news: Any) -> None:
        told.append(news)

    readings_suspect.connect(listen)
    try:
        post(cuff.token, item(systolic=301))
        post(cuff.token, item(systolic=20))
    finally:
        readings_suspect.disconnect(listen)
    assert [news["patient_ids"] for news in told] == [[cast.hanako.pk]]
    assert told[0]["item_ids"] == [item_.pk for item_ in held() if "301" in item_.payload]


def test_an_unknown_device_is_sealed_and_released_when_entrusted(
    cast: Cast, hand: Hand, post: Post, gateway_token: str, entrust: Entrust
) -> None:
    said = item(device="CUFF-9")
    assert code(post(gateway_token, said)) == "unknown_device"
    with acting_in(Scope.people(frozenset([cast.hanako.pk]))):
        assert not QuarantinedItem.objects.exists()
    hand(cast.hanako, "CUFF-9")
    (kept,) = held()
    assert kept.resolution == ""  # registered, but this gateway has nothing to do with it
    entrust("CUFF-9")
    (kept,) = held()
    assert kept.resolution == Resolution.RELEASED
    with acting_in(EVERYBODY):
        stored = queries.blood_pressure(
            patient_id=cast.hanako.pk, start=HANDED_OVER, end=timezone.now()
        )
    assert len(stored) == 1
    assert post(gateway_token, said).json()["results"][0]["status"] == "duplicate"


def test_a_reading_of_nobody_is_released_with_its_slot(
    cast: Cast, cuff: Handed, post: Post
) -> None:
    post(cuff.token, item(user_slot=2))
    now = timezone.now()
    with acting_in(EVERYBODY):
        registry.hand_over(
            serial=cuff.serial, patient=cast.hanako, user_slot=2, at=HANDED_OVER, now=now, by=BY
        )
    assert [kept.resolution for kept in held()] == [Resolution.RELEASED]


def test_what_nobody_claims_is_erased(post: Post, gateway_token: str, cuff: Handed) -> None:
    post(gateway_token, item(device="CUFF-9"))
    post(cuff.token, item(systolic=20))
    now = timezone.now()
    with acting_in(EVERYBODY):
        assert quarantine.erase_unclaimed(now=now + timedelta(days=29), by=BY) == 0
        assert quarantine.erase_unclaimed(now=now + timedelta(days=31), by=BY) == 1
    assert [kept.code for kept in held()] == ["implausible"]
    assert audit_records()[-1].details == {"items": 1}


def test_the_clock_erases_too(post: Post, gateway_token: str) -> None:
    post(gateway_token, item(device="CUFF-9"))
    long_ago = timezone.now() - timedelta(days=31)
    with acting_in(EVERYBODY):
        QuarantinedItem.objects.update(received_at=long_ago)
    tasks.erase_unclaimed()
    assert held() == []
