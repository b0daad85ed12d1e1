"""One reading is stored once, for the person who held the device when it was measured."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from devices import queries, registry
from devices.models import ConflictCause, ReadingConflict
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.consenting import give
from healthcare.patients.models import Patient, Purpose
from tests.cast import Cast
from tests.factories import ConsentFactory, PatientFactory
from tests.unit.devices.conftest import BY, HANDED_OVER, Hand, Handed, Post, item, night

EVERYBODY = Scope.system("a test looks")


def readings_of(patient: Patient) -> list[queries.StoredReading]:
    with acting_in(EVERYBODY):
        return queries.blood_pressure(
            patient_id=patient.pk, start=HANDED_OVER, end=timezone.now() + timedelta(days=1)
        )


def only(answer: Any) -> dict[str, Any]:
    (result,) = answer.json()["results"]
    return result  # type: ignore[no-any-return]


def conflicts() -> list[tuple[str, str]]:
    with acting_in(EVERYBODY):
        return list(ReadingConflict.objects.values_list("cause", "payload"))


@pytest.fixture
def spouse(cast: Cast) -> Patient:
    with acting_in(EVERYBODY):
        patient: Patient = PatientFactory()
        ConsentFactory(patient=patient, purpose=Purpose.CARE)
    return patient


def hand_over(serial: str, patient: Patient, **fields: Any) -> None:
    now = timezone.now()
    with acting_in(EVERYBODY):
        registry.hand_over(
            **{"serial": serial, "patient": patient, "at": now, "now": now, "by": BY, **fields}
        )


def test_two_readings_in_one_second_are_told_apart_by_id(cuff: Handed, post: Post) -> None:
    said = item()
    body = [{**said, "id": "1"}, {**said, "id": "2", "pulse": 70}, {**said, "id": 1}]
    answer = post(cuff.token, {"readings": body})
    statuses = [result["status"] for result in answer.json()["results"]]
    assert statuses == ["accepted", "accepted", "duplicate"]


def test_the_same_moment_in_another_zone_is_the_same_reading(cuff: Handed, post: Post) -> None:
    said = item(measured_at="2026-11-01T07:00:00+09:00")
    post(cuff.token, said)
    again = {**said, "measured_at": "2026-10-31T22:00:00Z"}
    assert only(post(cuff.token, again))["status"] == "duplicate"


def test_the_same_values_in_another_unit_are_a_repeat(cuff: Handed, post: Post) -> None:
    said = item(systolic=16.0, diastolic=10.7, unit="kPa", pulse=None)
    post(cuff.token, said)
    whole = {**said, "systolic": 120, "diastolic": 80, "unit": "mmHg"}
    assert only(post(cuff.token, whole))["status"] == "duplicate"


def test_a_conflict_keeps_the_first_and_the_message(cast: Cast, cuff: Handed, post: Post) -> None:
    said = item()
    other = {**said, "systolic": 150}
    for body in (said, other, other):
        post(cuff.token, body)
    assert [r.systolic for r in readings_of(cast.hanako)] == [128]
    ((cause, payload),) = conflicts()
    assert cause == ConflictCause.OTHER_VALUES
    assert '"systolic": 150' in payload


def test_one_id_at_two_times_is_kept_twice_and_flagged(
    cast: Cast, cuff: Handed, post: Post
) -> None:
    at = timezone.now() - timedelta(hours=3)
    first = item(id="41", measured_at=at.isoformat())
    second = item(id="41", measured_at=(at + timedelta(hours=1)).isoformat())
    assert only(post(cuff.token, first))["code"] is None
    result = only(post(cuff.token, second))
    assert (result["status"], result["code"]) == ("accepted", "id_seen_before")
    assert len(readings_of(cast.hanako)) == 2
    assert [cause for cause, _ in conflicts()] == [ConflictCause.OTHER_TIME]


def test_a_night_again(cuff: Handed, post: Post) -> None:
    assert only(post(cuff.token, night()))["status"] == "accepted"
    hypnogram = "W" * 60 + "L" * 480 + "D" * 180 + "R" * 180 + "W" * 60
    by_epochs = {**night(), "hypnogram": hypnogram, "epoch_seconds": 30}
    del by_epochs["stages"]
    assert only(post(cuff.token, by_epochs))["status"] == "duplicate"
    shorter = {**by_epochs, "hypnogram": hypnogram[:-1]}
    assert only(post(cuff.token, shorter))["status"] == "conflict"


def test_a_late_reading_belongs_to_the_former_holder(
    cast: Cast, cuff: Handed, post: Post, spouse: Patient
) -> None:
    handed = timezone.now() - timedelta(hours=2)
    before = item(measured_at=(handed - timedelta(minutes=1)).isoformat())
    after = item(measured_at=handed.isoformat())
    hand_over(cuff.serial, spouse, at=handed)
    assert only(post(cuff.token, before))["status"] == "accepted"
    assert only(post(cuff.token, after))["status"] == "accepted"
    assert len(readings_of(cast.hanako)) == 1
    assert len(readings_of(spouse)) == 1


def test_a_repeat_after_the_hand_over_is_still_a_repeat(
    cast: Cast, cuff: Handed, post: Post, spouse: Patient
) -> None:
    said = item()
    post(cuff.token, said)
    # The hand-over is recorded late: it was before the reading that is stored already, and moved.
    hand_over(cuff.serial, spouse, at=timezone.now() - timedelta(days=1))
    assert only(post(cuff.token, said))["status"] == "duplicate"
    assert only(post(cuff.token, {**said, "pulse": 71}))["status"] == "conflict"
    assert readings_of(cast.hanako) == []
    assert len(readings_of(spouse)) == 1


def test_each_of_two_people_on_one_cuff_has_their_own(
    cast: Cast, hand: Hand, post: Post, spouse: Patient
) -> None:
    cuff = hand(cast.hanako, user_slot=1)
    hand_over(cuff.serial, spouse, user_slot=2, at=HANDED_OVER)
    said = item()
    other = item(measured_at="2026-11-02T07:00:00+09:00", user_slot=2)
    answer = post(cuff.token, {"readings": [{**said, "user_slot": 1}, other]})
    assert answer.json()["accepted"] == 2
    assert len(readings_of(cast.hanako)) == len(readings_of(spouse)) == 1
    # The identity names no person: the same reading under the other slot contradicts the first.
    answer = post(cuff.token, {**said, "user_slot": 2, "pulse": 90})
    assert only(answer)["status"] == "conflict"


def test_the_former_holder_without_consent_is_not_stored(
    cast: Cast, hand: Hand, post: Post, spouse: Patient
) -> None:
    cuff = hand(cast.taro)
    handed = timezone.now() - timedelta(hours=2)
    hand_over(cuff.serial, spouse, at=handed)
    before = item(measured_at=(handed - timedelta(minutes=1)).isoformat())
    assert only(post(cuff.token, before))["code"] == "no_consent"


def test_consent_counts_when_the_reading_arrives(cast: Cast, hand: Hand, post: Post) -> None:
    cuff = hand(cast.taro)
    now = timezone.now()
    assert only(post(cuff.token, item()))["code"] == "no_consent"
    with acting_in(EVERYBODY):
        give(patient=cast.taro, purposes=[Purpose.CARE], since=now, now=now, by=BY)
    assert only(post(cuff.token, item()))["status"] == "accepted"


@pytest.mark.parametrize("count", [3, 60])
def test_large_bodies_answer_like_small_ones(cuff: Handed, post: Post, count: int) -> None:
    at = timezone.now() - timedelta(days=30)
    body = [
        item(measured_at=(at + timedelta(minutes=10 * n)).isoformat(), id=n) for n in range(count)
    ]
    half = body[: count // 2]
    assert post(cuff.token, {"readings": half}).json()["accepted"] == len(half)
    body[0] = {**body[0], "pulse": 99}
    answer = post(cuff.token, {"readings": [*reversed(body), body[-1]]}).json()
    assert answer["accepted"] == count - len(half)
    assert answer["duplicate"] == len(half)  # one of them is the conflict, one the body's own
    assert answer["conflict"] == 1
    assert answer["results"][count - 1]["status"] == "conflict"
