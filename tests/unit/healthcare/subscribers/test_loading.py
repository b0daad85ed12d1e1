"""A proposed file and its load in chunks: halted, left, killed, overtaken by events."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.models import Patient
from healthcare.subscribers import approving, ending, importing, leading
from healthcare.subscribers.approving import CannotApprove
from healthcare.subscribers.loading import chunks, contests, merging
from healthcare.subscribers.models import Contract, ImportBatch, Operator, State
from healthcare.subscribers.undoing import roll_back
from tests.unit.healthcare.subscribers.conftest import (
    NOW,
    TODAY,
    Rows,
    ended,
    held_codes,
    lines,
    outcomes,
    row,
    written,
)

BY = command("tests")
Propose = Callable[..., ImportBatch]
# New contracts, a recycled number, a chain of changes, a duplicate, held rows and a rejected one.
BASE = [row("S1", "2020-04-01", "1"), row("S2", "2020-04-01", "2"), row("S3", "2020-04-01", "3")]
FILE = [
    row("S1", "2020-04-01", "9"),
    row("S2", "2020-04-01", "1"),
    row("S4", "2024-05-06", "3"),
    row("S5", "2020-04-01", "5"),
    row("S5", "2020-04-01", "5"),
    row("S6", "2020-04-01", "5"),
    row("S7", "2020-13-01", "7"),
    *(row(f"N{n}", "2021-04-01", str(20 + n)) for n in range(6)),
]
COUNTS = {"created": 7, "updated": 2, "duplicate": 1, "held": 2, "rejected": 1}


@pytest.fixture
def propose(
    demo: Operator, system: Scope, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Propose:
    """A file of a few rows, proposed, to be loaded three lines at a time."""
    monkeypatch.setattr(chunks, "ROWS", 3)

    def _propose(rows: Rows) -> ImportBatch:
        path = written(tmp_path / f"{len(list(tmp_path.iterdir()))}.csv", rows)
        return importing.propose(path=path, operator=demo, now=NOW, by=BY)

    return _propose


def approved(batch: ImportBatch) -> ImportBatch:
    approving.approve_by_command(batch=batch, now=NOW, by=BY)
    return batch


def steps(batch: ImportBatch, most: int = 99) -> ImportBatch:
    """Lead it on by so many steps, or until it stands still."""
    for _ in range(most):
        if not leading.step(batch_id=batch.pk, now=NOW, by=BY):
            break
    batch.refresh_from_db()
    return batch


def loaded(propose: Propose, rows: Rows) -> ImportBatch:
    return steps(approved(propose(rows)))


def areas() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'staging%'")
        (found,) = cursor.fetchone()
    return int(found)


def state_of_things() -> object:
    people = Patient.objects.order_by("contracts__operator_subscriber_id")
    return lines(), ended(), list(people.values_list("contracts__operator_subscriber_id"))


def test_a_proposal_writes_nothing_and_says_what_would_become(propose: Propose) -> None:
    loaded(propose, BASE)
    before = state_of_things()
    batch = propose(FILE)
    assert state_of_things() == before
    assert batch.state == State.PROPOSED
    assert batch.proposal == {**dict.fromkeys(leading.OUTCOMES, 0), **COUNTS}
    claimed = dict.fromkeys(("S5", "S6"), "number_claimed_twice")
    assert held_codes(batch) == {**claimed, "S7": "not_a_date"}
    assert batch.chunks == 6
    assert areas() == 1


def test_what_was_proposed_is_what_is_loaded(propose: Propose) -> None:
    loaded(propose, BASE)
    batch = loaded(propose, FILE)
    assert (batch.state, outcomes(batch)) == (State.DONE, COUNTS)
    assert batch.chunks_done == batch.chunks == 6
    assert ("S1", "9", TODAY.isoformat(), None) in lines()
    assert ("S2", "1", TODAY.isoformat(), None) in lines()
    assert ended() == {("S3", "2020-04-01"): "2024-05-06"}
    assert areas() == 0
    again = loaded(propose, FILE)
    assert outcomes(again) == {"unchanged": 9, "duplicate": 1, "held": 2, "rejected": 1}


def test_nobody_but_the_loader_looks_into_the_area(propose: Propose) -> None:
    batch = propose(BASE)
    with (
        acting_in(Scope.operator(batch.operator_id)),
        pytest.raises(Exception, match="permission denied for schema"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"SELECT * FROM staging_{batch.pk}.incoming")


class Killed(BaseException):
    """The process is gone; what it had open is rolled back."""


@contextmanager
def killed_at(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, call: int
) -> Iterator[None]:
    """The process dies before the call of that number."""
    work, calls = getattr(module, name), 0

    def die(*given: object, **named: object) -> object:
        nonlocal calls
        calls += 1
        if calls == call:
            raise Killed
        return work(*given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(module, name, die)
        yield


POINTS = [
    (chunks, "load"),
    (contests, "decide"),
    (merging, "merge"),
    (merging, "announce"),
    (leading, "_count"),
    (leading, "_keep_held"),
    (leading, "record"),
]


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(deaths=st.lists(st.tuples(st.sampled_from(POINTS), st.integers(1, 7)), max_size=4))
def test_killed_anywhere_and_resumed_it_ends_as_if_undisturbed(
    propose: Propose,
    monkeypatch: pytest.MonkeyPatch,
    deaths: list[tuple[tuple[object, str], int]],
) -> None:
    mark = transaction.savepoint()
    loaded(propose, BASE)
    undisturbed = transaction.savepoint()
    expected = outcomes(loaded(propose, FILE)), state_of_things()
    transaction.savepoint_rollback(undisturbed)
    batch = approved(propose(FILE))
    for (module, name), call in deaths:
        with killed_at(monkeypatch, module, name, call), suppress(Killed):
            steps(batch)
    assert (outcomes(steps(batch)), state_of_things()) == expected
    assert areas() == 0
    transaction.savepoint_rollback(mark)


def test_it_halts_before_the_next_chunk_and_goes_on(propose: Propose) -> None:
    loaded(propose, BASE)
    batch = steps(approved(propose(FILE)), 3)
    approving.pause(batch=batch, now=NOW, by=BY)
    assert (steps(batch).state, batch.chunks_done) == (State.PAUSED, 3)
    assert steps(batch).chunks_done == 3
    approving.resume(batch=batch, now=NOW, by=BY)
    assert outcomes(steps(batch)) == COUNTS


def test_what_is_left_of_a_load_is_counted_and_what_was_loaded_rolls_back(propose: Propose) -> None:
    loaded(propose, BASE)
    before = lines(), ended()
    batch = steps(approved(propose(FILE)), 3)
    approving.cancel(batch=batch, now=NOW, by=BY)
    steps(batch)
    assert batch.state == State.CANCELLED
    assert batch.left_out == batch.rows - sum(getattr(batch, o) for o in leading.OUTCOMES) > 0
    assert areas() == 0
    with pytest.raises(CannotApprove, match="cancelled"):
        approving.resume(batch=batch, now=NOW, by=BY)
    answer = roll_back(batch=batch, now=NOW + timedelta(minutes=1), by=BY)
    assert not answer.kept
    assert (lines(), ended()) == before
    rest = loaded(propose, FILE)
    assert outcomes(rest) == COUNTS


def test_what_happened_since_the_proposal_counts(propose: Propose, demo: Operator) -> None:
    loaded(propose, BASE)
    batch = propose([row("S1", "2020-04-01", "9"), row("N1", "2021-04-01", "20")])
    # The contract ends by word, and the number goes to somebody else, before anybody approves.
    contract = Contract.objects.select_related("operator").get(operator_subscriber_id="S1")
    ending.end(contract=contract, on=TODAY, now=NOW, by=BY)
    loaded(propose, [row("T1", "2022-04-01", "20")])
    assert batch.proposal["updated"] == batch.proposal["created"] == 1
    steps(approved(batch))
    assert outcomes(batch) == {"held": 2}
    assert held_codes(batch) == {"S1": "contract_ended", "N1": "number_in_use"}
    assert ("T1", "20", "2022-04-01", None) in lines()


def test_only_what_waits_is_approved_and_only_what_runs_is_halted(propose: Propose) -> None:
    batch = propose(BASE)
    with pytest.raises(CannotApprove, match="cannot be paused"):
        approving.pause(batch=batch, now=NOW, by=BY)
    steps(approved(batch))
    for action in (approving.pause, approving.resume, approving.cancel):
        with pytest.raises(CannotApprove, match="done"):
            action(batch=batch, now=NOW, by=BY)
    with pytest.raises(CannotApprove, match="nothing to approve"):
        approving.approve_by_command(batch=batch, now=NOW, by=BY)
