"""Posts that share a commit: stored before they are answered, and nobody pays for another."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from devices import authenticating, queries, registry, together
from devices.ingesting import confirmed
from devices.together import Company, Post, company
from devices.wire import native
from healthcare.accounts.credentials import token_hash
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.models import Patient
from reports.models import Alert, News
from tests.cast import Cast
from tests.front import Answered, post_at_once
from tests.unit.devices.conftest import BY, HANDED_OVER, Hand, item

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

EVERYBODY = Scope.system("a test looks")
CLIENTS = 8


@pytest.fixture
def tokens(cast: Cast, hand: Hand) -> list[str]:
    """Hanako has many cuffs."""
    return [hand(cast.hanako, f"CUFF-{n}").token for n in range(CLIENTS)]


def post(token: str, body: Any) -> Answered:
    (answer,) = post_at_once([(token, body)])
    return answer


def at_once(tokens: list[str], bodies: list[Any]) -> list[Answered]:
    return post_at_once(zip(tokens, bodies, strict=False))


def in_the_thread(posts: list[Post]) -> None:
    """Commit as the thread of a company does, whose connection acts as ingest."""

    def work() -> None:
        try:
            together._commit(posts)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(work).result()


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """How many results the shared commits gave, and how many they left to their posts."""
    found: Counter[str] = Counter()
    receive = Company.receive

    async def counting(self: Company, batch: Any, *, hash: bytes) -> Any:
        result = await receive(self, batch, hash=hash)
        found["alone" if result is None else "together"] += 1
        return result

    with monkeypatch.context() as patch:
        patch.setattr(Company, "receive", counting)
        yield found


def stored(patient: Patient) -> int:
    with acting_in(EVERYBODY):
        end = datetime(2027, 1, 1, tzinfo=UTC)
        rows = queries.blood_pressure(
            patient_id=patient.pk, start=HANDED_OVER, end=end, repeats=True
        )
        return len(rows)


def test_each_is_stored_and_told(
    cast: Cast, tokens: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with counted(monkeypatch) as found:
        answers = at_once(tokens, [item(systolic=120 + n) for n in range(CLIENTS)])
    assert [answer.status_code for answer in answers] == [201] * CLIENTS
    assert found == {"together": CLIENTS}
    assert stored(cast.hanako) == CLIENTS
    with acting_in(EVERYBODY):
        assert {one for news in News.objects.all() for one in news.patient_ids} == {cast.hanako.pk}


def test_what_is_not_plain_goes_alone(
    cast: Cast, tokens: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = item()
    post(tokens[0], said)
    bodies = [
        said,
        {**said, "pulse": 99},
        item(systolic=190),
        item(systolic=20),
        item(systolic=128.5),
        item(id="7"),
        item(user_slot=3),
        {**item(), "systolic": "x"},
    ]
    statuses = ["duplicate", "conflict", "accepted", "quarantined"]
    statuses += ["accepted", "accepted", "quarantined", "rejected"]
    with counted(monkeypatch) as found:
        answers = at_once([tokens[0], *tokens[:1], *tokens[2:]], bodies)
    assert [answer.json()["results"][0]["status"] for answer in answers] == statuses
    assert found == {"alone": len(bodies)}
    assert answers[2].json()["results"][0]["advice"] == "measure_again"
    with acting_in(EVERYBODY):
        assert Alert.objects.count() >= 1


def test_an_error_reaches_only_its_own_client(cast: Cast, tokens: list[str]) -> None:
    """One post's data break every transaction that stores it."""
    with connection.as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE devices_bloodpressurereading"
            " ADD CONSTRAINT refused_by_a_test CHECK (systolic <> 123)"
        )
    try:
        bodies = [item(systolic=123 if n == 3 else 130 + n) for n in range(CLIENTS)]
        answers = at_once(tokens, bodies)
    finally:
        with connection.as_owner(), connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE devices_bloodpressurereading DROP CONSTRAINT refused_by_a_test"
            )
    assert [answer.status_code for answer in answers] == [201, 201, 201, 500, 201, 201, 201, 201]
    assert stored(cast.hanako) == CLIENTS - 1


@pytest.mark.parametrize(("when", "answered"), [("before", 201), ("after", 200)])
def test_a_commit_that_fails_is_no_answer_and_each_tries_alone(
    cast: Cast, tokens: list[str], monkeypatch: pytest.MonkeyPatch, when: str, answered: int
) -> None:
    """What was committed when the connection broke is a repeat for its client."""
    store = confirmed.store

    def lost(*args: Any, **named: Any) -> Any:
        if when == "after":
            store(*args, **named)
        raise OperationalError("the server went away")

    monkeypatch.setattr(together.confirmed, "store", lost)
    with counted(monkeypatch) as found:
        answers = at_once(tokens, [item(systolic=130 + n) for n in range(CLIENTS)])
    assert [answer.status_code for answer in answers] == [answered] * CLIENTS
    assert found == {"alone": CLIENTS}
    assert stored(cast.hanako) == CLIENTS


def test_a_key_revoked_meanwhile_stores_nothing(cast: Cast, tokens: list[str]) -> None:
    assert post(tokens[0], item()).status_code == 201
    with acting_in(EVERYBODY):
        registry.retire(serial="CUFF-0", now=timezone.now(), by=BY)
    # This process still remembers the credential; the statement that stores does not believe it.
    waiting = waiting_with(tokens[0])
    in_the_thread([waiting])
    assert waiting.result is None
    assert post(tokens[0], item(systolic=121)).status_code == 401
    assert stored(cast.hanako) == 1


def waiting_with(token: str) -> Post:
    """A post of a plain reading, with which nobody waits."""
    said = native.read(json.dumps(item()).encode(), native.JSON)
    return Post(token_hash(token), said, asyncio.new_event_loop().create_future())


def test_one_device_twice_in_one_commit(cast: Cast, tokens: list[str]) -> None:
    first, second = waiting_with(tokens[0]), waiting_with(tokens[0])
    authenticating.forget()
    in_the_thread([first, second])
    assert first.result is not None
    assert second.result is None
    assert stored(cast.hanako) == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_nobody_waits_for_a_thread_that_ended(
    tokens: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever ends the thread, those that wait go alone, and the next post starts another."""
    batch = native.read(b'{"kind":"blood_pressure"}', native.JSON)
    answer = together._answer

    async def two_of_them() -> list[Any]:
        loop = asyncio.get_running_loop()
        late = Post(b"", batch, loop.create_future())

        def ending(posts: Any) -> None:
            answer(posts)
            if posts and not late_came:
                late_came.append(True)
                company._waiting.put(late)
                raise SystemExit

        late_came: list[bool] = []
        monkeypatch.setattr(together, "_answer", ending)
        first = await company.receive(batch, hash=b"")
        await asyncio.wait_for(late.answered, timeout=30)
        return [first, late.result]

    assert asyncio.run(two_of_them()) == [None, None]
    assert [post(token, item()).status_code for token in tokens[:2]] == [201, 201]


def test_an_unknown_token_gets_its_401(tokens: list[str]) -> None:
    assert post("mmd_nobody", item()).status_code == 401
    assert post("mmd_nobody", b"{").status_code == 401


def test_readings_of_two_months_share_a_commit(cast: Cast, tokens: list[str]) -> None:
    now = timezone.now()
    bodies = [
        item(measured_at=(now - timedelta(days=31 * (n % 2), hours=n)).isoformat())
        for n in range(CLIENTS)
    ]
    assert [answer.status_code for answer in at_once(tokens, bodies)] == [201] * CLIENTS
    assert stored(cast.hanako) == CLIENTS


def test_a_client_that_went_away_keeps_nobody_waiting(cast: Cast, tokens: list[str]) -> None:
    """Its reading is stored all the same: nobody can know whether it heard the answer."""
    batches = [native.read(json.dumps(item()).encode(), native.JSON) for _ in range(2)]

    async def one_leaves() -> Any:
        leaving = asyncio.create_task(company.receive(batches[0], hash=token_hash(tokens[0])))
        await asyncio.sleep(0)
        leaving.cancel()
        return await company.receive(batches[1], hash=token_hash(tokens[1]))

    assert asyncio.run(one_leaves()).status == "accepted"
    assert stored(cast.hanako) == 2
