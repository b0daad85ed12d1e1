"""Every kind goes the same way in and out, whatever it measures."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

from devices import queries
from devices.kinds.known import KINDS
from devices.models import READINGS, Device
from devices.signals import readings_stored
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.access import scope_for_family
from tests.cast import Cast
from tests.unit.devices.conftest import ONE_OF_EACH, Handed, Post, recording

Sent = Callable[..., dict[str, Any]]
EACH = pytest.mark.parametrize(
    ("kind", "sent"), list(zip(KINDS, ONE_OF_EACH, strict=True)), ids=list(KINDS)
)
OTHER_VALUES: dict[str, dict[str, Any]] = {
    "blood_pressure": {"systolic": 129},
    "sleep": {"stages": [{"stage": "asleep", "minutes": 480}]},
    "weight": {"weight": 64.26},
    "oximetry": {"spo2": [97, 97, 96, None, 95, 95]},
}
ALL_TIME = {"start": datetime(2026, 1, 1, tzinfo=UTC), "end": datetime(2099, 1, 1, tzinfo=UTC)}


def statuses(answer: Any) -> list[str]:
    return [result["status"] for result in answer.json()["results"]]


@EACH
def test_each_once(cuff: Handed, post: Post, kind: str, sent: Sent) -> None:
    first, other = sent(), sent(**OTHER_VALUES[kind])
    for answered in ("accepted", "duplicate"):
        assert statuses(post(cuff.token, {"readings": [first]})) == [answered]
    assert statuses(post(cuff.token, {"readings": [other, first]})) == ["conflict", "duplicate"]
    with acting_in(Scope.system("a test looks")):
        assert READINGS[kind]._default_manager.count() == 1


@EACH
def test_many_at_once_meet_their_repeats(cuff: Handed, post: Post, kind: str, sent: Sent) -> None:
    """More than one statement holds: they are copied, and staged when some are there already."""
    many = [sent(id=str(n)) for n in range(60)]
    assert post(cuff.token, {"readings": many[:50]}).json()["accepted"] == 50
    again = post(cuff.token, {"readings": many}).json()
    assert (again["accepted"], again["duplicate"]) == (10, 50)


@EACH
def test_what_is_told_is_what_is_answered(
    cast: Cast, cuff: Handed, post: Post, kind: str, sent: Sent
) -> None:
    told: list[Any] = []

    def listen(sender: object, readings: list[Any], **_: object) -> None:
        told.extend(readings)

    readings_stored.connect(listen)
    try:
        assert post(cuff.token, sent(id="7")).status_code == 201
    finally:
        readings_stored.disconnect(listen)
    with acting_in(Scope.people(frozenset([cast.hanako.pk]))):
        found = queries.stored(kind=kind, patient_id=cast.hanako.pk, **ALL_TIME)
        assert list(found) == told
        before = {"start": ALL_TIME["start"], "end": datetime(2026, 2, 1, tzinfo=UTC)}
        assert not list(queries.stored(kind=kind, patient_id=cast.hanako.pk, **before))
        last = READINGS[kind]._default_manager.values_list(KINDS[kind].table.until, flat=True)
        assert queries.last_reading_at([cast.hanako.pk]) == {cast.hanako.pk: last.get()}
    with acting_in(Scope.people(frozenset([cast.taro.pk]))):
        assert not list(queries.stored(kind=kind, patient_id=cast.hanako.pk, **ALL_TIME))


@EACH
def test_the_api_answers_as_it_is_described(
    cast: Cast, cuff: Handed, post: Post, client: Client, kind: str, sent: Sent
) -> None:
    post(cuff.token, sent(id="7"))
    client.force_login(cast.alice)
    path = f"/api/v1/patients/{cast.hanako.pk}/readings"
    answer = client.get(path, {"kind": kind, "from": "2026-10-01"})
    assert answer.status_code == 200
    (shown,) = answer.json()["results"]
    assert (shown["kind"], shown["device"], shown["id"]) == (kind, cuff.serial, "7")
    for name in set(sent()) - {"hypnogram", "unit"}:
        assert name in shown
    whole = SchemaGenerator().get_schema(request=None, public=True)
    answers = whole["paths"]["/api/v1/patients/{patient_id}/readings"]["get"]["responses"]
    schema = answers["200"]["content"]["application/json"]["schema"]
    described = Draft202012Validator({**schema, "components": whole["components"]})
    assert described.is_valid(answer.json())
    assert not described.is_valid({"results": [{**shown, "kind": "moon"}], "next": None})
    client.force_login(cast.charlie)
    assert client.get(path, {"kind": kind}).status_code == 404


@EACH
def test_implausible_items_wait_apart(cuff: Handed, post: Post, kind: str, sent: Sent) -> None:
    ahead = (timezone.now() + timedelta(hours=3)).isoformat()
    wrong: dict[str, dict[str, Any]] = {
        "blood_pressure": {"systolic": 400},
        "sleep": {"ended_at": "2026-11-02T06:00:00+09:00"},
        "weight": {"weight": 64_200},
        "oximetry": {"spo2": [20, 21, 22, 20, 20, 20]},
    }
    answer = post(cuff.token, {"readings": [sent(**wrong[kind])]}).json()
    assert answer["results"][0]["code"] == "implausible"
    answer = post(cuff.token, {"readings": [sent(**{KINDS[kind].table.time: ahead})]}).json()
    assert answer["results"][0]["code"] in ("clock_suspect", "implausible")


@EACH
def test_a_family_sees_pressure_and_nights_only(
    cast: Cast, cuff: Handed, post: Post, kind: str, sent: Sent
) -> None:
    """What a member agreed to when they let somebody watch along; nothing is added behind it."""
    post(cuff.token, sent())
    with acting_in(scope_for_family(cast.wataru, now=timezone.now())):
        seen = READINGS[kind]._default_manager.count()
        assert len(queries.last_reading_at([cast.hanako.pk])) == seen
    assert seen == (kind in ("blood_pressure", "sleep"))


@pytest.mark.django_db
def test_devices_are_of_a_known_kind() -> None:
    now = timezone.now()
    for kind in KINDS:
        Device.objects.create(kind=kind, serial=f"S-{kind}", registered_at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Device.objects.create(kind="moon", serial="S-moon", registered_at=now)


def test_a_page_of_recordings_is_short(
    cast: Cast, cuff: Handed, post: Post, client: Client
) -> None:
    """A recording may be a day of one sample a second: a page of 500 would fill the memory."""
    many = [recording(id=str(n)) for n in range(14)]
    assert post(cuff.token, {"readings": many}).json()["accepted"] == 14
    client.force_login(cast.alice)
    path = f"/api/v1/patients/{cast.hanako.pk}/readings"
    first = client.get(path, {"kind": "oximetry", "page_size": 500}).json()
    assert len(first["results"]) == KINDS["oximetry"].largest_page == 10
    assert len(client.get(first["next"]).json()["results"]) == 4
