"""Every row of the answer table: what a body gets, bare or as a list."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.cast import Cast
from tests.unit.devices.conftest import Entrust, Hand, Handed, Post, item, night

CONSENTED = ["accepted", "duplicate", "conflict", "quarantined", "rejected"]


def statuses(answer: Any) -> list[str]:
    return [result["status"] for result in answer.json()["results"]]


def test_a_new_bare_item_is_created(cuff: Handed, post: Post) -> None:
    answer = post(cuff.token, item(id="7"))
    assert answer.status_code == 201
    assert answer.json() == {
        "accepted": 1,
        "duplicate": 0,
        "conflict": 0,
        "quarantined": 0,
        "rejected": 0,
        "results": [{"index": 0, "status": "accepted", "id": "7", "code": None, "detail": None}],
    }


def test_the_same_bare_item_again_is_harmless(cuff: Handed, post: Post) -> None:
    said = item()
    post(cuff.token, said)
    answer = post(cuff.token, said)
    assert (answer.status_code, statuses(answer)) == (200, ["duplicate"])


def test_other_values_under_the_same_identity_are_a_conflict(cuff: Handed, post: Post) -> None:
    said = item()
    post(cuff.token, said)
    answer = post(cuff.token, {**said, "systolic": 131})
    assert (answer.status_code, statuses(answer)) == (409, ["conflict"])
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 409


def test_an_implausible_bare_item_is_kept_apart(cuff: Handed, post: Post) -> None:
    answer = post(cuff.token, item(systolic=20))
    assert (answer.status_code, statuses(answer)) == (202, ["quarantined"])
    assert answer.json()["results"][0]["code"] == "implausible"


def test_a_malformed_bare_item_names_its_field(cuff: Handed, post: Post) -> None:
    answer = post(cuff.token, item(systolic="high"))
    assert (answer.status_code, statuses(answer)) == (422, ["rejected"])
    problem = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert problem["errors"][0]["field"] == "systolic"
    assert problem["errors"][0]["index"] == 0


def test_without_consent_nothing_is_stored(cast: Cast, hand: Hand, post: Post) -> None:
    answer = post(hand(cast.taro).token, item())
    assert answer.status_code == 422
    assert answer.json()["results"][0]["code"] == "no_consent"


def test_a_list_answers_200_even_with_one_item(cuff: Handed, post: Post) -> None:
    answer = post(cuff.token, {"readings": [item(systolic="high")]})
    assert (answer.status_code, statuses(answer)) == (200, ["rejected"])


def test_one_bad_item_never_spoils_its_neighbours(cuff: Handed, post: Post) -> None:
    said = item()
    body = {"readings": [said, {"kind": "moon"}, said, {**said, "pulse": 70}, item(systolic=20)]}
    answer = post(cuff.token, body)
    assert statuses(answer) == ["accepted", "rejected", "duplicate", "conflict", "quarantined"]
    counts = {status: answer.json()[status] for status in CONSENTED}
    assert counts == dict.fromkeys(CONSENTED, 1)


def test_an_empty_list_is_no_error(cuff: Handed, post: Post) -> None:
    answer = post(cuff.token, {"readings": []})
    assert (answer.status_code, answer.json()["results"]) == (200, [])


def test_both_kinds_in_one_body(cuff: Handed, post: Post) -> None:
    answer = post(cuff.token, {"readings": [night(), item()]})
    assert statuses(answer) == ["accepted", "accepted"]
    again = post(cuff.token, {"readings": [item(), night()]})
    assert "accepted" not in statuses(again)[1:]


def test_lines_answer_one_by_one(cuff: Handed, post: Post) -> None:
    lines = b'{"kind": "moon"}\n\nnot json\n' + str(item()).replace("'", '"').encode() + b"\n"
    answer = post(cuff.token, lines, content_type="application/x-ndjson")
    assert (answer.status_code, statuses(answer)) == (200, ["rejected", "rejected", "accepted"])


def test_columns_answer_like_items(
    cuff: Handed, gateway_token: str, post: Post, entrust: Entrust
) -> None:
    entrust(cuff.serial)
    said = item()
    columns = {
        "device": [cuff.serial, "NOBODY-1", cuff.serial, None],
        "measured_at": [said["measured_at"]] * 4,
        "systolic": [128, 128, 128, 128],
        "diastolic": [82, 82, 81, 82],
        "pulse": [64, None, 64, 64],
    }
    answer = post(gateway_token, {"kind": "blood_pressure", "columns": columns})
    assert answer.status_code == 200
    assert statuses(answer) == ["accepted", "quarantined", "conflict", "rejected"]
    assert answer.json()["results"][1]["code"] == "unknown_device"


@pytest.mark.parametrize("fields", [{"device": "CUFF-1"}, {"device": None}, {}])
def test_a_device_may_name_itself(cuff: Handed, post: Post, fields: dict[str, Any]) -> None:
    assert post(cuff.token, item(**fields)).status_code == 201


def test_a_device_may_not_speak_for_another(cuff: Handed, post: Post) -> None:
    answer = post(cuff.token, item(device="CUFF-2"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "device"


def test_a_crisis_is_answered_with_advice(cuff: Handed, post: Post) -> None:
    first = timezone.now() - timedelta(minutes=20)
    advice = [
        post(cuff.token, item(systolic=185, measured_at=(first + later).isoformat())).json()[
            "results"
        ][0]["advice"]
        for later in (timedelta(), timedelta(minutes=15))
    ]
    assert advice == ["measure_again", "call_for_help"]


def test_a_second_crisis_later_is_a_first_again(cuff: Handed, post: Post) -> None:
    first = timezone.now() - timedelta(hours=2)
    later = first + timedelta(minutes=15, seconds=1)
    body = [item(systolic=185, measured_at=time.isoformat()) for time in (first, later)]
    results = post(cuff.token, {"readings": body}).json()["results"]
    assert [result["advice"] for result in results] == ["measure_again", "measure_again"]


def test_yesterdays_crisis_says_nothing_about_now(cuff: Handed, post: Post) -> None:
    then = timezone.now() - timedelta(hours=25)
    result = post(cuff.token, item(diastolic=121, systolic=170, measured_at=then.isoformat()))
    assert "advice" not in result.json()["results"][0]


def test_a_high_value_in_quarantine_still_says_measure_again(cuff: Handed, post: Post) -> None:
    ahead = timezone.now() + timedelta(hours=3)
    for high in (item(systolic=301), item(systolic=190, measured_at=ahead.isoformat())):
        result = post(cuff.token, high).json()["results"][0]
        assert (result["status"], result["advice"]) == ("quarantined", "measure_again")
