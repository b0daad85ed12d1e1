"""The same readings posted side by side: each is accepted once, none is lost, nobody deadlocks."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from devices import queries
from devices.ingesting import partitions
from healthcare.hospitals.scope import Scope, acting_in
from tests.cast import Cast
from tests.unit.devices.conftest import HANDED_OVER, Hand, item

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

POSTERS = 6


def post_together(tokens: list[str], bodies: list[Any]) -> list[dict[str, Any]]:
    """Each body from a thread and a connection of its own, all at the same moment."""
    start = Barrier(len(bodies))

    def post(token: str, body: Any) -> dict[str, Any]:
        try:
            start.wait(timeout=30)
            answer = Client().post(
                "/api/v1/readings",
                body,
                content_type="application/json",
                headers={"Authorization": f"Bearer {token}"},
            )
            assert answer.status_code in (200, 201), answer.content
            found: dict[str, Any] = answer.json()
            return found
        finally:
            connection.close()

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(post, tokens, bodies))


def total(answers: list[dict[str, Any]]) -> Counter[str]:
    return Counter(result["status"] for answer in answers for result in answer["results"])


def stored(patient_id: int) -> int:
    with acting_in(Scope.system("a test counts")):
        rows = queries.blood_pressure(
            patient_id=patient_id, start=HANDED_OVER, end=datetime(2027, 1, 1, tzinfo=UTC)
        )
    return len(rows)


def test_one_reading_from_many_at_once(cast: Cast, hand: Hand) -> None:
    cuff = hand(cast.hanako)
    answers = post_together([cuff.token] * POSTERS, [item()] * POSTERS)
    assert total(answers) == {"accepted": 1, "duplicate": POSTERS - 1}
    assert stored(cast.hanako.pk) == 1


@pytest.mark.parametrize("count", [12, 120])
def test_overlapping_bodies_in_opposite_order(cast: Cast, hand: Hand, count: int) -> None:
    cuff = hand(cast.hanako)
    first = datetime(2026, 9, 20, tzinfo=UTC)
    readings = [
        item(measured_at=(first + timedelta(hours=n)).isoformat(), systolic=120 + n % 40)
        for n in range(count)
    ]
    bodies = [{"readings": readings if n % 2 else list(reversed(readings))} for n in range(POSTERS)]
    answers = post_together([cuff.token] * POSTERS, bodies)
    assert total(answers) == {"accepted": count, "duplicate": count * (POSTERS - 1)}
    assert stored(cast.hanako.pk) == count


def test_contradictions_at_once(cast: Cast, hand: Hand) -> None:
    cuff = hand(cast.hanako)
    said = item()
    bodies = [{"readings": [{**said, "systolic": 130 + n}]} for n in range(POSTERS)]
    answers = post_together([cuff.token] * POSTERS, bodies)
    assert total(answers) == {"accepted": 1, "conflict": POSTERS - 1}


def test_a_month_nobody_measured_in_yet(cast: Cast, hand: Hand) -> None:
    partitions.forget()
    first = datetime(2019, 5, 1, tzinfo=UTC)
    cuff = hand(cast.hanako, handed_over_at=first)
    bodies = [item(measured_at=(first + timedelta(hours=n)).isoformat()) for n in range(POSTERS)]
    answers = post_together([cuff.token] * POSTERS, bodies)
    assert total(answers) == {"accepted": POSTERS}


def test_a_partition_that_went_missing(cast: Cast, hand: Hand) -> None:
    first = datetime(2018, 5, 1, tzinfo=UTC)
    cuff = hand(cast.hanako, handed_over_at=first)
    body = item(measured_at=first.isoformat())
    assert total(post_together([cuff.token], [body])) == {"accepted": 1}
    with connection.as_owner(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE devices_bloodpressurereading_2018_05")
    assert total(post_together([cuff.token], [body])) == {"accepted": 1}
