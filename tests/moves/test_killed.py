"""A base that moves in while its worker is killed is the base that moved in undisturbed."""

from itertools import islice
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from healthcare.audit.actors import command
from healthcare.hospitals.scope import acting_in
from healthcare.subscribers import approving, importing
from healthcare.subscribers.models import ImportBatch, Operator, State
from tests.kills.site import OTHERS, Cluster, environment
from tests.moves.leading import LOOKING, Worker, empty, left, moments, state, written

BY = command("tests.moves")
KILLS, WHILE_CHECKED = 20, 6
ROWS, CHUNK = 12_000, 300


@pytest.fixture
def worker(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Worker:
    """Works on this cluster, and finds received files where this process puts them."""
    monkeypatch.setattr(settings, "VAR_DIR", cluster.var)
    for name in OTHERS:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment(cluster).items():
        monkeypatch.setenv(name, value)
    return Worker(CHUNK)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A base, and one of another month: other people with some of the same numbers and ids."""
    folder = tmp_path_factory.mktemp("files")
    return written(folder / "first.csv", 3_000, 1), written(folder / "second.csv", ROWS, 2)


def received(path: Path) -> int:
    """Put aside for a worker, as an upload is."""
    with acting_in(LOOKING), path.open("rb") as file:
        batch = importing.receive(
            file=file,
            file_name=path.name,
            operator=Operator.objects.get(code="demo"),
            now=timezone.now(),
            by=BY,
        )
        return batch.pk


def approve(number: int) -> None:
    with acting_in(LOOKING):
        batch = ImportBatch.objects.get(pk=number)
        approving.approve_by_command(batch=batch, now=timezone.now(), by=BY)


def moved(worker: Worker, path: Path) -> float:
    """Undisturbed; the seconds until it was proposed."""
    number = received(path)
    took = worker.lead(number)
    assert state(number) == State.PROPOSED
    approve(number)
    worker.lead(number)
    assert state(number) == State.DONE
    return took


def test_killed_at_twenty_points(
    worker: Worker, files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = files
    moved(worker, first)
    checked = moved(worker, second)
    undisturbed = left()
    empty()
    moved(worker, first)
    number = received(second)
    at_work = [
        worker.lead_and_kill(number, after=after)
        for after in islice(moments(1, checked), WHILE_CHECKED)
    ]
    worker.lead(number)
    assert state(number) == State.PROPOSED
    approve(number)
    for after in moments(2, 0.5):
        if sum(at_work) == KILLS or state(number) == State.DONE:
            break
        at_work.append(worker.lead_and_kill(number, after=after))
    worker.lead(number)
    with capsys.disabled():
        print(f"\nkilled at work {sum(at_work)} of {len(at_work)} times")
    assert sum(at_work) == KILLS
    assert left() == undisturbed
