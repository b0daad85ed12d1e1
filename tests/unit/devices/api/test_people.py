"""Readings and devices for people: who may, who may not, and that it leaves a trace."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from healthcare.accounts.models import User
from tests.cast import Cast
from tests.looking import access_events
from tests.unit.devices.conftest import Hand, Handed, Post, item, night

FIRST = datetime(2026, 10, 1, 22, tzinfo=UTC)


@pytest.fixture
def measured(cuff: Handed, post: Post) -> None:
    said = [
        item(
            measured_at=(FIRST + timedelta(hours=12 * n)).astimezone().isoformat(),
            systolic=120 + n,
        )
        for n in range(6)
    ]
    assert post(cuff.token, {"readings": [*said, night()]}).json()["accepted"] == 7


def get(client: Client, user: User | None, path: str, **query: Any) -> Any:
    if user is not None:
        client.force_login(user)
    return client.get(f"/api/v1/{path}", query)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("alice", 200),
        ("bob", 200),
        ("member", 200),
        ("charlie", 404),
        ("olga", 404),
        ("sam", 404),
    ],
)
def test_who_sees_readings(
    cast: Cast, measured: None, client: Client, who: str, status: int
) -> None:
    path = f"patients/{cast.hanako.pk}/readings"
    answer = get(client, getattr(cast, who), path)
    assert answer.status_code == status
    events = access_events(patient_id=cast.hanako.pk, what="api.readings")
    assert len(events) == (status == 200)


def test_without_signing_in(cast: Cast, measured: None, client: Client) -> None:
    for path in (f"patients/{cast.hanako.pk}/readings", "devices"):
        assert get(client, None, path).status_code in (401, 403)


def test_foreign_and_absent_look_the_same(cast: Cast, measured: None, client: Client) -> None:
    foreign = get(client, cast.charlie, f"patients/{cast.hanako.pk}/readings")
    absent = get(client, cast.charlie, "patients/987654321/readings")
    without_consent = get(client, cast.alice, f"patients/{cast.taro.pk}/readings")
    assert foreign.json() == absent.json() == without_consent.json()
    assert foreign.status_code == 404


def test_pages_newest_first(cast: Cast, measured: None, client: Client) -> None:
    path = f"patients/{cast.hanako.pk}/readings"
    first = get(client, cast.alice, path, page_size=4).json()
    second = client.get(first["next"]).json()
    assert [r["systolic"] for r in first["results"]] == [125, 124, 123, 122]
    assert [r["systolic"] for r in second["results"]] == [121, 120]
    assert second["next"] is None


def test_the_shape_is_that_of_the_item(cast: Cast, measured: None, client: Client) -> None:
    path = f"patients/{cast.hanako.pk}/readings"
    answer = get(client, cast.member, path, **{"from": "2026-10-02", "to": "2026-10-03"}).json()
    (second, first) = answer["results"]
    assert first["measured_at"].startswith("2026-10-0")
    assert datetime.fromisoformat(first["measured_at"]) == FIRST
    assert (first["kind"], first["device"], first["systolic"]) == ("blood_pressure", "CUFF-1", 120)
    assert second["systolic"] == 121
    nights = get(client, cast.member, path, kind="sleep").json()["results"]
    assert nights[0]["started_at"] == "2026-11-01T23:00:00+09:00"
    assert nights[0]["stages"][0] == {"stage": "awake", "minutes": 30.0}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "October"}, "from"),
        ({"from": "2026-10-01T00:00:00"}, "from"),
        ({"from": "2026-10-02", "to": "2026-10-01"}, "to"),
        ({"kind": "moon"}, "kind"),
    ],
)
def test_a_wrong_question_names_the_place(
    cast: Cast, measured: None, client: Client, query: dict[str, str], field: str
) -> None:
    answer = get(client, cast.alice, f"patients/{cast.hanako.pk}/readings", **query)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_devices_in_hand(cast: Cast, cuff: Handed, client: Client) -> None:
    (device,) = get(client, cast.alice, "devices").json()["results"]
    assert (device["serial"], device["patient"]) == ("CUFF-1", cast.hanako.pk)
    assert len(access_events(patient_id=cast.hanako.pk, what="api.devices")) == 1
    for nobody in (cast.charlie, cast.olga, cast.sam):
        assert get(client, nobody, "devices").json() == {"results": [], "next": None}


def test_devices_page_by_cursor(cast: Cast, hand: Hand, client: Client) -> None:
    serials = ["CUFF-1", "CUFF-2", "CUFF-3"]
    for serial in serials:
        hand(cast.hanako, serial)
    client.force_login(cast.alice)
    found, address = [], "/api/v1/devices?page_size=1"
    while address:
        answer = client.get(address)
        assert answer.status_code == 200
        found += [row["serial"] for row in answer.json()["results"]]
        address = answer.json()["next"]
    assert found == serials
