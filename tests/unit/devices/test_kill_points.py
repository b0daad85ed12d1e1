"""Killed at any step between the first statement and the answer: sent again, it is stored once.

The process that is killed is a child of the test's, with a connection of its own; it kills itself
when it reaches the step, without a word to anybody.
"""

import json
import os
import signal
import time
import warnings
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pkgutil import resolve_name
from typing import Any

import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from django.utils import timezone

from devices import queries, together
from healthcare.hospitals.scope import Scope, acting_in
from reports.models import News
from tests.cast import Cast
from tests.front import post_at_once
from tests.unit.devices.conftest import HANDED_OVER, Entrust, Hand, item

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

LOOKING = Scope.system("a test counts")
# How a killed process ends, and how many of its clients had an answer.
KILLED = (-signal.SIGKILL, 0)
# An answer that was given too early has this long, in seconds, to be seen.
LET_OUT = 0.2
# Enough for a body to be stored by COPY.
MANY = 60
WAITING = 16

# The steps of every body, in order: a function, and whether death comes after it or before it.
STEPS = {
    "found": ("devices.authenticating:find", "after"),
    "begun": ("devices.ingest:open_book", "after"),
    "news": ("reports.monitoring.watching:note_news", "after"),
    "before_confirming": ("devices.authenticating:confirm", "before"),
    "confirmed": ("devices.authenticating:confirm", "after"),
    "before_commit": ("devices.authenticating:confirm", "at the commit"),
    "committed": ("devices.receiving:_trying", "after"),
    "answered": ("devices.api.readings:_answer", "after"),
}
OF_ONE = {
    "judged": ("devices.ingest:judge", "after"),
    "inserted": ("devices.ingesting.storing:_insert_few", "after"),
}
OF_MANY = {
    "partition": ("devices.ingesting.columnwise:_ensure_partitions", "after"),
    "before_copy": ("devices.ingesting.columnwise:_copy", "before"),
    "copied": ("devices.ingesting.columnwise:_copy", "after"),
}
SHARED = {
    "judged": ("devices.together:_plain", "after"),
    "before_commit": ("devices.ingesting.confirmed:store", "before"),
    # One statement that commits by itself.
    "committed": ("devices.ingesting.confirmed:store", "after"),
    "answered": ("devices.together:_commit", "after"),
}
STORED_BY_THEN = {"committed", "answered"}


def die(*_: object) -> None:
    time.sleep(LET_OUT)
    os.kill(os.getpid(), signal.SIGKILL)


def dying_at(step: tuple[str, str]) -> None:
    """From now on this process dies at the step."""
    place, when = step
    module, _, name = place.partition(":")
    owner = resolve_name(module)
    real = getattr(owner, name)

    def stepping(*args: Any, **named: Any) -> Any:
        if when == "before":
            die()
        result = real(*args, **named)
        if when == "at the commit":
            BaseDatabaseWrapper.commit = die
            return result
        die()
        return result

    setattr(owner, name, stepping)


def in_a_process(work: Callable[[Callable[[], object]], object]) -> tuple[int, int]:
    """What became of a child that does this work: 0, 1 when the work failed, or minus a signal;
    and how many answers it told by calling what it is given."""
    connections.close_all()
    heard, told = os.pipe()
    with warnings.catch_warnings():
        # The child goes on with this thread alone and ends without tidying up.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        try:
            work(lambda: os.write(told, b"."))
        except BaseException:
            os._exit(1)
        os._exit(0)
    os.close(told)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with os.fdopen(heard, "rb") as answers:
        return status, len(answers.read())


def post(token: str, body: Any) -> Any:
    return Client(raise_request_exception=False).post(
        "/api/v1/readings",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )


def statuses(answer: Any) -> set[str]:
    return {result["status"] for result in answer.json()["results"]}


def stored(cast: Cast) -> int:
    with acting_in(LOOKING):
        end = datetime(2100, 1, 1, tzinfo=UTC)
        rows = queries.blood_pressure(patient_id=cast.hanako.pk, start=HANDED_OVER, end=end)
        return len(rows)


def assert_one_effect(cast: Cast, bodies: Sequence[tuple[str, Any]], step: str, rows: int) -> None:
    """After the child's death: all or nothing is there, and after sending again, all of it once."""
    there = rows if step in STORED_BY_THEN else 0
    assert stored(cast) == there
    for expected in ("duplicate" if there else "accepted", "duplicate"):
        for token, body in bodies:
            assert statuses(post(token, body)) == {expected}
        assert stored(cast) == rows
    with acting_in(LOOKING):
        assert {one for news in News.objects.all() for one in news.patient_ids} == {cast.hanako.pk}


@pytest.mark.parametrize("step", [*STEPS, *OF_ONE])
def test_one_reading(cast: Cast, hand: Hand, step: str) -> None:
    token, body = hand(cast.hanako).token, item()

    def work(tell: Callable[[], object]) -> None:
        dying_at({**STEPS, **OF_ONE}[step])
        post(token, body)
        tell()

    assert in_a_process(work) == KILLED
    assert_one_effect(cast, [(token, body)], step, rows=1)


@pytest.mark.parametrize("step", [*STEPS, *OF_MANY])
def test_many_readings(
    cast: Cast, hand: Hand, gateway_token: str, entrust: Entrust, step: str
) -> None:
    cuff = hand(cast.hanako)
    entrust(cuff.serial)
    # Of two months: a COPY each.
    began = timezone.now().replace(microsecond=0) - timedelta(days=40)
    body = json.dumps(
        {
            "readings": [
                item(device=cuff.serial, measured_at=(began + timedelta(hours=12 * n)).isoformat())
                for n in range(MANY)
            ]
        }
    )

    def work(tell: Callable[[], object]) -> None:
        dying_at({**STEPS, **OF_MANY}[step])
        post(gateway_token, body)
        tell()

    assert in_a_process(work) == KILLED
    assert_one_effect(cast, [(gateway_token, body)], step, rows=MANY)


@pytest.fixture
def bodies(cast: Cast, hand: Hand) -> list[tuple[str, Any]]:
    return [(hand(cast.hanako, f"CUFF-{n}").token, item(systolic=120 + n)) for n in range(WAITING)]


@pytest.fixture
def _together(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shared commit begins once all of them wait for it."""
    take = together.Company._taken

    def all_of_them(self: together.Company) -> list[Any]:
        taken: list[Any] = []
        while len(taken) < WAITING:
            taken += take(self)
        return taken

    monkeypatch.setattr(together.Company, "_taken", all_of_them)


@pytest.mark.parametrize("step", SHARED)
@pytest.mark.usefixtures("_together")
def test_many_that_wait_for_one_commit(
    cast: Cast,
    bodies: list[tuple[str, Any]],
    step: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def work(tell: Callable[[], object]) -> None:
        dying_at(SHARED[step])
        for _ in post_at_once(bodies):
            tell()

    assert in_a_process(work) == KILLED
    assert_one_effect(cast, bodies, step, rows=WAITING)


def test_every_step_is_one(cast: Cast, hand: Hand) -> None:
    """A child that nothing kills answers: the steps are why the others die."""
    token = hand(cast.hanako).token

    def work(tell: Callable[[], object]) -> None:
        assert statuses(post(token, item())) == {"accepted"}
        tell()

    assert in_a_process(work) == (0, 1)
