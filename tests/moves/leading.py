"""A worker's process that leads one import on, and what it left in the database."""

import multiprocessing
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections

from healthcare.hospitals.scope import Scope, acting_in
from healthcare.subscribers.models import ImportBatch, State
from healthcare.walls.owning import as_owner
from tests.moves.working import lead

LOOKING = Scope.system("tests.moves")
PATIENCE = 120.0
FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(["tests.moves.working"])
# What a move leaves, without numbers that sequences gave and without the moments of the run.
LEFT = {
    "people and contracts": """
        SELECT c.operator_subscriber_id, c.activated_on, c.ended_on, c.ended_because, c.tariff,
            c.holder_subscriber_id, to_jsonb(p) - '{id,invited_at,family_key,given_key}'::text[]
        FROM subscribers_contract c JOIN patients_patient p ON p.id = c.patient_id""",
    "people without": """
        SELECT count(*) FROM patients_patient p
        WHERE NOT EXISTS (SELECT FROM subscribers_contract c WHERE c.patient_id = p.id)""",
    "lines": """
        SELECT c.operator_subscriber_id, c.activated_on, l.number, l.period
        FROM subscribers_line l JOIN subscribers_contract c ON c.id = l.contract_id""",
    "kept rows": "SELECT line, outcome, field, code, text, values FROM subscribers_importrow",
    "undo log": """
        SELECT record, before IS NULL, count(*) FROM subscribers_importchange GROUP BY 1, 2""",
    "batches": """
        SELECT file_name, state, rows, created, updated, unchanged, duplicate, held, rejected,
            chunks, chunks_done, left_out, sheet FROM subscribers_importbatch""",
    "every line": "SELECT part, lines, outcomes FROM subscribers_importoutcomes",
    "audit": "SELECT action, count(*) FROM audit_auditrecord GROUP BY 1",
    "areas": "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'staging%'",
}
EMPTIED = "patients_patient, subscribers_importbatch, audit_auditrecord"


@dataclass(frozen=True)
class Worker:
    """Starts processes that lead a batch on, each time anew.

    They are forked from `working`, for a start takes longer than the work that is killed here.
    """

    rows: int

    @contextmanager
    def _started(self, batch: int) -> Iterator[BaseProcess]:
        process = FORKED.Process(target=lead, args=(batch, self.rows))
        process.start()
        try:
            yield process
        finally:
            process.kill()
            process.join()

    def lead(self, batch: int) -> float:
        """Until it stands still; the seconds it took."""
        began = time.monotonic()
        with self._started(batch) as process:
            process.join(PATIENCE)
            assert process.exitcode == 0
        return time.monotonic() - began

    def lead_and_kill(self, batch: int, *, after: float) -> bool:
        """Kill it that many seconds after its start; whether it was still at work."""
        with self._started(batch) as process:
            process.join(after)
            return process.exitcode is None


def state(batch: int) -> State:
    with acting_in(LOOKING):
        found = ImportBatch.objects.get(pk=batch)
        assert not found.refusal, found.refusal
        return State(found.state)


def left() -> dict[str, list[Any]]:
    """Everything that a move leaves, in an order of its own."""
    with as_owner(), connection.cursor() as cursor:
        found = {}
        for name, statement in LEFT.items():
            cursor.execute(statement)
            found[name] = sorted(map(repr, cursor.fetchall()))
    return found


def empty() -> None:
    """No people, no imports, no audit records."""
    connections.close_all()
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {EMPTIED} CASCADE")


def moments(seed: int, most: float) -> Iterator[float]:
    """When to kill, in seconds."""
    chance = random.Random(seed)
    while True:
        yield chance.uniform(0, most)


def written(path: Path, rows: int, seed: int) -> Path:
    """A base as operators have them, with its dirt."""
    maker = settings.BASE_DIR / "samples" / "make_subscribers.py"
    arguments = ["--rows", str(rows), "--seed", str(seed), "--out", str(path)]
    subprocess.run([sys.executable, str(maker), *arguments], check=True, capture_output=True)
    return path
