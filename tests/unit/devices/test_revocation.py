"""What is revoked is refused at once, though a process remembers it.

The guarantee: a post whose transaction began after the revocation committed is refused; so is one
that was under way, unless it was about to commit. Every change here is made from a connection, or
a process, that the remembering one knows nothing of.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from benchmarks._stage import conninfo, url
from devices import authenticating, queries, registry
from devices.remembering import Memory
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.consenting import give, withdraw
from healthcare.patients.models import Patient, Purpose
from tests.cast import Cast
from tests.unit.devices.conftest import BY, HANDED_OVER, Entrust, Hand, Handed, Post, item
from tests.unit.devices.phone import Phone

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
EVERYBODY = Scope.system("a test changes")
Change = Callable[[Handed, Cast], object]


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    authenticating.forget()
    yield
    authenticating.forget()


def elsewhere(change: Callable[[], object]) -> None:
    """Make a change and commit it, on a connection of its own."""

    def work() -> None:
        try:
            with acting_in(EVERYBODY):
                change()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()


def stored(patient: Patient) -> int:
    with acting_in(EVERYBODY):
        rows = queries.blood_pressure(
            patient_id=patient.pk, start=HANDED_OVER, end=datetime(2027, 1, 1, tzinfo=UTC)
        )
    return len(rows)


def revoke(cuff: Handed, cast: Cast) -> None:
    registry.rotate(serial=cuff.serial, now=timezone.now(), by=BY)
    registry.revoke_older(serial=cuff.serial, now=timezone.now(), by=BY)


def retire(cuff: Handed, cast: Cast) -> None:
    registry.retire(serial=cuff.serial, now=timezone.now(), by=BY)


def hand_over(cuff: Handed, cast: Cast) -> None:
    # Since before the reading; Taro, who holds it now, does not consent.
    at = timezone.now() - timedelta(days=1)
    registry.hand_over(serial=cuff.serial, patient=cast.taro, at=at, now=timezone.now(), by=BY)


def withdraw_consent(cuff: Handed, cast: Cast) -> None:
    withdraw(patient=cast.hanako, purposes=[Purpose.CARE], now=timezone.now(), by=BY)


CHANGES: list[tuple[Change, int]] = [
    (revoke, 401),
    (retire, 401),
    (hand_over, 422),
    (withdraw_consent, 422),
]


@pytest.mark.parametrize(("change", "status"), CHANGES)
def test_a_remembered_device_is_refused_at_once(
    cast: Cast, hand: Hand, post: Post, change: Change, status: int
) -> None:
    cuff = hand(cast.hanako)
    assert post(cuff.token, item()).status_code == 201
    elsewhere(lambda: change(cuff, cast))
    assert post(cuff.token, item(id="2")).status_code == status
    # A hand-over that was recorded late takes along what it covers.
    counting = 0 if change is hand_over else 1
    assert (stored(cast.hanako), stored(cast.taro)) == (counting, 0)


@pytest.mark.parametrize(("change", "status"), CHANGES)
def test_a_post_under_way_is_refused_too(
    cast: Cast,
    hand: Hand,
    post: Post,
    monkeypatch: pytest.MonkeyPatch,
    change: Change,
    status: int,
) -> None:
    """The change commits after everything was written and before the last look."""
    cuff = hand(cast.hanako)
    confirm, changed = authenticating.confirm, []

    def late(*args: Any, **kwargs: Any) -> None:
        if not changed:
            changed.append(True)
            elsewhere(lambda: change(cuff, cast))
        confirm(*args, **kwargs)

    monkeypatch.setattr(authenticating, "confirm", late)
    assert post(cuff.token, item()).status_code == status
    assert (stored(cast.hanako), stored(cast.taro)) == (0, 0)


def test_a_consent_counts_at_once(cast: Cast, hand: Hand, post: Post) -> None:
    cuff = hand(cast.taro)
    assert post(cuff.token, item()).status_code == 422
    now = timezone.now()
    elsewhere(lambda: give(patient=cast.taro, purposes=[Purpose.CARE], since=now, now=now, by=BY))
    assert post(cuff.token, item()).status_code == 201


def test_until_it_is_committed_it_does_not_count(cast: Cast, hand: Hand, post: Post) -> None:
    """Nobody waits for a revocation that may yet be taken back, and no row is in its way."""
    cuff = hand(cast.hanako)
    with psycopg.connect(conninfo()) as other:
        other.execute("UPDATE devices_devicecredential SET revoked_at = now()")
        assert post(cuff.token, item()).status_code == 201
        other.commit()
        assert post(cuff.token, item(id="2")).status_code == 401


def test_a_gateways_devices_and_keys(
    cast: Cast, hand: Hand, post: Post, gateway_token: str, entrust: Entrust
) -> None:
    cuff = hand(cast.hanako)
    entrust(cuff.serial)
    assert post(gateway_token, item(device=cuff.serial)).status_code == 201
    elsewhere(lambda: withdraw_consent(cuff, cast))
    assert post(gateway_token, item(device=cuff.serial, id="2")).status_code == 422
    now = timezone.now()
    elsewhere(
        lambda: registry.withdraw_from_gateway(
            gateway="ward-hub", serial=cuff.serial, now=now, by=BY
        )
    )
    assert post(gateway_token, item(device=cuff.serial, id="3")).status_code == 202
    elsewhere(lambda: registry.retire_gateway(name="ward-hub", now=now, by=BY))
    assert post(gateway_token, item(device=cuff.serial, id="4")).status_code == 401


def test_an_app_that_is_ended_while_it_posts(
    cast: Cast, hand: Hand, post: Post, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    cuff = hand(cast.hanako)
    token = phone.connected(cast.member)["access_token"]
    assert post(token, item(device=cuff.serial)).status_code == 201
    confirm = authenticating.confirm

    def late(*args: Any, **kwargs: Any) -> None:
        with psycopg.connect(conninfo()) as other:
            other.execute("UPDATE devices_appgrant SET ended_at = now(), ended_because = 'member'")
        confirm(*args, **kwargs)

    monkeypatch.setattr(authenticating, "confirm", late)
    assert post(token, item(device=cuff.serial, id="2")).status_code == 401
    assert stored(cast.hanako) == 1


def test_it_is_remembered(
    cast: Cast, hand: Hand, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two posts, one search; a change costs one more."""
    cuff = hand(cast.hanako)
    searches = []
    search = authenticating._device_or_gateway

    def count(hash_: bytes, at: datetime) -> Any:
        searches.append(at)
        return search(hash_, at)

    monkeypatch.setattr(authenticating, "_device_or_gateway", count)
    for n in range(3):
        assert post(cuff.token, item(id=str(n))).status_code == 201
    assert len(searches) == 1
    elsewhere(lambda: registry.rotate(serial=cuff.serial, now=timezone.now(), by=BY))
    assert post(cuff.token, item(id="new key")).status_code == 201
    assert len(searches) == 1  # a second key takes nothing away
    elsewhere(lambda: revoke_newer(cuff))
    assert post(cuff.token, item(id="one key less")).status_code == 201
    assert len(searches) == 2


def revoke_newer(cuff: Handed) -> None:
    newer = cuff.device.credentials.order_by("-pk").first()
    assert newer is not None
    newer.revoked_at = timezone.now()
    newer.save()


def test_nothing_begun_after_the_revocation_is_accepted(cast: Cast, hand: Hand) -> None:
    """Four posters that never stop, and a revocation in the middle, from another process."""
    cuff = hand(cast.hanako)
    revoked, stop, posted = Event(), Event(), Event()

    def poster(lane: int) -> list[tuple[bool, int]]:
        found: list[tuple[bool, int]] = []
        client = Client()
        try:
            while not stop.is_set():
                began_after = revoked.is_set()
                answer = client.post(
                    "/api/v1/readings",
                    item(id=f"{lane}-{len(found)}"),
                    content_type="application/json",
                    headers={"Authorization": f"Bearer {cuff.token}"},
                )
                found.append((began_after, answer.status_code))
                if len(found) > 10:
                    posted.set()
        finally:
            connection.close()
        return found

    with ThreadPoolExecutor(4) as pool:
        lanes = [pool.submit(poster, lane) for lane in range(4)]
        try:
            assert posted.wait(30)
            with psycopg.connect(conninfo()) as other:
                other.execute("UPDATE devices_devicecredential SET revoked_at = now()")
            revoked.set()
            stop.wait(0.5)  # they go on for a while
        finally:
            stop.set()
        found = [answer for lane in lanes for answer in lane.result()]
    after = [status for began_after, status in found if began_after]
    before = [status for began_after, status in found if not began_after]
    assert set(after) == {401}
    assert before.count(201) > 10
    assert stored(cast.hanako) == before.count(201)  # what was acknowledged is stored


def test_a_command_in_another_process(cast: Cast, hand: Hand, post: Post) -> None:
    cuff = hand(cast.hanako)
    assert post(cuff.token, item()).status_code == 201
    command = ("record_consent", "--operator-subscriber-id", "HANAKO", "--purpose", "care")
    subprocess.run(
        [sys.executable, "manage.py", *command, "--withdraw"],
        env={**os.environ, "DATABASE_URL": url()},
        check=True,
        capture_output=True,
    )
    assert post(cuff.token, item(id="2")).json()["results"][0]["code"] == "no_consent"


def test_a_memory_is_short_and_bounded() -> None:
    memory: Memory[str, int] = Memory(lasting=timedelta(seconds=60), size=2)
    noon = datetime(2026, 11, 25, 12, tzinfo=UTC)
    memory.keep("a", 1, at=noon)
    assert memory.get("a", at=noon) == memory.get("a", at=noon + timedelta(seconds=59)) == 1
    assert memory.get("a", at=noon + timedelta(seconds=60)) is None
    assert memory.get("a", at=noon - timedelta(seconds=1)) is None
    for key in "bc":
        memory.keep(key, 2, at=noon)
    assert [memory.get(key, at=noon) for key in "abc"] == [None, 2, 2]
    memory.forget("b")
    assert memory.get("b", at=noon) is None
