"""Who sends too much is told to wait: nothing is stored, nobody else notices."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from devices import ingest, rate_limits, registry
from devices.models import BloodPressureReading
from devices.pacing import SECOND
from devices.wire.native import NDJSON
from healthcare.hospitals.scope import Scope, acting_in
from tests.cast import Cast
from tests.front import Answered, post_at_once
from tests.unit.devices.conftest import BY, Entrust, Hand, Handed, Post, item

LOOKING = Scope.system("a test looks")


class Clock:
    """Stands still until a test lets time pass."""

    def __init__(self) -> None:
        self.now = 10**15

    def monotonic_ns(self) -> int:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += int(seconds * SECOND)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    made = Clock()
    monkeypatch.setattr(rate_limits, "time", made)
    rate_limits.forget()
    yield made
    rate_limits.forget()


@pytest.fixture(autouse=True)
def _small(settings: LazySettings) -> None:
    """Three posts and ten items at once; then a post each 20 s and an item each 4 s."""
    settings.READING_RATES = {
        **settings.READING_RATES,
        ("device", "posts"): (3, 3),
        ("device", "items"): (10, 15),
    }


def at(n: int) -> dict[str, Any]:
    return item(id=str(n), measured_at=(timezone.now() - timedelta(hours=n)).isoformat())


def listed(*numbers: int) -> dict[str, Any]:
    return {"readings": [at(n) for n in numbers]}


def stored() -> int:
    with acting_in(LOOKING):
        return BloodPressureReading.objects.count()


def limited(answer: Any) -> int:
    """It is a whole 429; returns how long to wait."""
    assert (answer.status_code, answer["Content-Type"]) == (429, "application/problem+json")
    said = answer.json()
    assert (said["status"], said["title"]) == (429, "Too Many Requests")
    assert said["detail"].endswith(
        f"Nothing was stored; send it again in {answer['Retry-After']} s."
    )
    return int(answer["Retry-After"])


@pytest.mark.django_db
def test_too_many_posts(cuff: Handed, post: Post, clock: Clock) -> None:
    for n in range(3):
        assert post(cuff.token, at(n)).status_code == 201
    clock.wait(0.5)
    with CaptureQueriesContext(connection) as queries:
        refused = post(cuff.token, at(3))
    assert limited(refused) == 20
    assert refused.json()["detail"].startswith("Too many posts: 3 at once, then 3 a minute.")
    assert len(queries) == 0
    assert stored() == 3
    clock.wait(19.4)
    assert limited(post(cuff.token, at(3))) == 1
    clock.wait(1)
    assert post(cuff.token, at(3)).status_code == 201
    assert limited(post(cuff.token, at(4))) <= 20
    assert stored() == 4


@pytest.mark.django_db
def test_too_many_items(cuff: Handed, post: Post, clock: Clock) -> None:
    assert post(cuff.token, listed(*range(9))).status_code == 200
    refused = post(cuff.token, listed(9, 10, 11))
    assert limited(refused) == 8
    assert refused.json()["detail"].startswith("Too many readings: 10 at once")
    assert stored() == 9
    clock.wait(8)
    assert post(cuff.token, listed(9, 10, 11)).json()["accepted"] == 3
    # Both are used up: the longer wait is the one that is told.
    assert limited(post(cuff.token, listed(12))) >= 4
    clock.wait(12)
    assert post(cuff.token, listed(12)).json()["accepted"] == 1


@pytest.mark.django_db
def test_waiting_as_told_is_enough_when_both_are_used_up(
    cuff: Handed, post: Post, clock: Clock
) -> None:
    post(cuff.token, listed(*range(9)))
    post(cuff.token, listed(9))
    wait = limited(post(cuff.token, listed(10)))
    assert wait == 20, "an item is there after 4 s, a post after 20"
    clock.wait(wait)
    assert post(cuff.token, listed(10)).status_code == 200


@pytest.mark.django_db
def test_neighbours_do_not_notice(
    cast: Cast, hand: Hand, post: Post, gateway_token: str, entrust: Entrust, clock: Clock
) -> None:
    mad, calm = hand(cast.hanako, "MAD"), hand(cast.hanako, "CALM")
    entrust("MAD")
    answers = [post(mad.token, at(n)).status_code for n in range(10)]
    assert answers == [201] * 3 + [429] * 7
    assert post(calm.token, at(0)).status_code == 201
    # A gateway has an allowance of its own, also for that device.
    through = {"readings": [{**at(n), "device": "MAD"} for n in range(20)]}
    assert post(gateway_token, through).json()["accepted"] == 20


@pytest.mark.django_db
def test_a_revoked_token_is_stopped_too(cuff: Handed, post: Post, clock: Clock) -> None:
    with acting_in(LOOKING):
        registry.retire(serial=cuff.serial, now=timezone.now(), by=BY)
    assert [post(cuff.token, at(0)).status_code for _ in range(4)] == [401, 401, 401, 429]
    assert post("", at(0)).status_code == 401


@pytest.mark.django_db
def test_what_cannot_be_read_counts_as_a_post(cuff: Handed, post: Post, clock: Clock) -> None:
    assert [post(cuff.token, b"{").status_code for _ in range(4)] == [400, 400, 400, 429]


@pytest.mark.django_db
def test_items_that_a_failing_database_kept_out_cost_nothing(
    cuff: Handed, post: Post, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: Any, **named: Any) -> None:
        raise OperationalError("the server went away")

    with monkeypatch.context() as patch:
        patch.setattr(ingest, "take_in", away)
        assert post(cuff.token, listed(*range(10))).status_code == 503
    assert post(cuff.token, listed(*range(10))).json()["accepted"] == 10


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_posts_that_share_a_commit_are_counted_once(
    cuff: Handed, clock: Clock, settings: LazySettings
) -> None:
    settings.READING_RATES = {
        **settings.READING_RATES,
        ("device", "posts"): (9, 60),
        ("device", "items"): (2, 15),
    }

    def posted(body: Any) -> Answered:
        (answer,) = post_at_once([(cuff.token, body)])
        return answer

    assert posted(at(0)).status_code == 201
    # A repeat goes to the others first and then alone: still one item.
    assert posted(at(0) | {"measured_at": _of_the_first()}).status_code == 200
    assert limited(posted(at(1))) == 4
    assert stored() == 1


def _of_the_first() -> str:
    with acting_in(LOOKING):
        first: datetime = BloodPressureReading.objects.get().measured_at
    return first.isoformat()


@pytest.mark.django_db
def test_lines_are_counted_before_one_is_stored(cuff: Handed, post: Post, clock: Clock) -> None:
    lines = "\n\n".join(json.dumps(at(n)) for n in range(11)).encode()
    for packed in (False, True):
        answer = post(cuff.token, lines[: lines.rindex(b"\n")], content_type=NDJSON, packed=packed)
        if packed:
            assert limited(answer) == 40
        else:
            assert answer.json()["accepted"] == 10
    assert stored() == 10
