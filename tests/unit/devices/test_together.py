"""Posts that share a commit: stored before they are answered, and nobody pays for another."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from devices import authenticating, queries, registry, together
from devices.ingesting import confirmed
from devices.together import Company, _Post, company
from devices.wire import native
from healthcare.accounts.credentials import token_hash
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.models import Patient
from reports.models import Alert, News
from tests.cast import Cast
from tests.unit.devices.conftest import BY, HANDED_OVER, Hand, item

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

EVERYBODY = Scope.system("a test looks")
CLIENTS = 8


@pytest.fixture
def tokens(cast: Cast, hand: Hand) -> list[str]:
    """Hanako has many cuffs."""
    return [hand(cast.hanako, f"CUFF-{n}").token for n in range(CLIENTS)]


@pytest.fixture(autouse=True)
def _with_company() -> Iterator[None]:
    """Somebody else is always under way, so that a single post finds company."""
    with company.joined():
        yield


def post(token: str, body: Any, start: Barrier | None = None) -> Any:
    try:
        if start is not None:
            start.wait(timeout=30)
        return Client(raise_request_exception=False).post(
            "/api/v1/readings",
            body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )
    finally:
        if start is not None:
            connection.close()


def at_once(tokens: list[str], bodies: list[Any]) -> list[Any]:
    start = Barrier(len(bodies))
    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(post, tokens, bodies, [start] * len(bodies)))


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """How many results the shared commits gave, and how many they left to their posts."""
    found: Counter[str] = Counter()
    receive = Company.receive

    def counting(self: Company, batch: Any, *, hash: bytes) -> Any:
        result = receive(self, batch, hash=hash)
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


def test_a_commit_that_fails_stores_nothing_and_each_tries_alone(
    cast: Cast, tokens: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = confirmed.store

    def lost(*args: Any, **named: Any) -> Any:
        store(*args, **named)
        raise OperationalError("the server went away")

    monkeypatch.setattr(together.confirmed, "store", lost)
    with counted(monkeypatch) as found:
        answers = at_once(tokens, [item(systolic=130 + n) for n in range(CLIENTS)])
    assert [answer.status_code for answer in answers] == [201] * CLIENTS
    assert found == {"alone": CLIENTS}
    assert stored(cast.hanako) == CLIENTS


def test_a_key_revoked_meanwhile_stores_nothing(cast: Cast, tokens: list[str]) -> None:
    assert post(tokens[0], item()).status_code == 201
    with acting_in(EVERYBODY):
        registry.retire(serial="CUFF-0", now=timezone.now(), by=BY)
    # This process still remembers the credential; the statement that stores does not believe it.
    batch = native.read(
        b'{"kind":"blood_pressure","measured_at":"%s","systolic":120,"diastolic":80}' % _now(),
        native.JSON,
    )
    waiting = _Post(token_hash(tokens[0]), batch)
    together._commit([waiting])
    assert waiting.result is None
    assert post(tokens[0], item(systolic=121)).status_code == 401
    assert stored(cast.hanako) == 1


def _now() -> bytes:
    return timezone.now().isoformat().encode()


def test_one_device_twice_in_one_commit(cast: Cast, tokens: list[str]) -> None:
    body = b'{"kind":"blood_pressure","measured_at":"%s","systolic":120,"diastolic":80}' % _now()
    first, second = (_Post(token_hash(tokens[0]), native.read(body, native.JSON)) for _ in range(2))
    authenticating.forget()
    together._commit([first, second])
    assert first.result is not None
    assert second.result is None
    assert stored(cast.hanako) == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_nobody_waits_for_a_thread_that_ended(
    tokens: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever ends the thread, those that wait go alone, and the next post starts another."""
    batch = native.read(b'{"kind":"blood_pressure"}', native.JSON)
    late = _Post(b"", batch)
    late.done.acquire()
    answer = together._answer

    def ending(posts: Any) -> None:
        answer(posts)
        if posts and not late_came:
            late_came.append(True)
            company._waiting.put(late)
            raise SystemExit

    late_came: list[bool] = []
    monkeypatch.setattr(together, "_answer", ending)
    assert company.receive(batch, hash=b"") is None
    assert late.done.acquire(timeout=30)
    assert late.result is None
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
