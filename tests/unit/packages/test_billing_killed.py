"""A billing run that dies at any step, once by an error and once by kill -9, ends in one effect.

These tests commit. Before each the rows of the migrations are put back, after each all are flushed.
"""

import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from healthcare.hospitals.scope import Scope, acting_in
from healthcare.subscribers.models import Operator
from packages import billing, charging, subscribing
from packages.billing import committing, plain, replayed, running
from packages.models import Charge, ChargeFile, Invoice, InvoiceLine, InvoiceTax, NumberSeries
from tests.factories import ConsentFactory, ContractFactory, LineFactory
from tests.unit.packages.conftest import BY, NOW, at_noon

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

ROOT = Path(settings.BASE_DIR)
OCTOBER = date(2026, 10, 1)
PEOPLE = 7
PATIENCE = 60.0


@pytest.fixture
def committed() -> Operator:
    """The demo operator with seven members, one of whom upgraded: rows that other processes see."""
    demo = Operator.objects.get(code="demo")
    _populate(demo)
    return demo


def _populate(demo: Operator) -> None:
    september, mid = date(2026, 9, 1), date(2026, 10, 16)
    for count in range(PEOPLE):
        with acting_in(Scope.system("a test")):
            line = LineFactory(contract=ContractFactory(operator=demo))
            patient = line.contract.patient
            ConsentFactory(patient=patient)
            subscribing.subscribe(
                patient=patient, package="standard", on=september, now=at_noon(september), by=BY
            )
            if count == 3:
                subscribing.change(
                    patient=patient, package="premium", on=mid, now=at_noon(mid), by=BY
                )


def bill(demo: Operator) -> billing.RunSummary:
    return billing.run(month=OCTOBER, operator=demo, as_of=NOW, by=BY)


def assert_everything_once(demo: Operator) -> None:
    """One document a person, two for who upgraded; numbers without gaps; nothing without its lines
    and taxes; a further run makes nothing."""
    assert bill(demo).invoices_created == 0
    with acting_in(Scope.system("a test")):
        made = list(Invoice.objects.order_by("number"))
        assert [invoice.number for invoice in made] == list(range(1, PEOPLE + 2))
        assert sum(invoice.total for invoice in made) == 330 * PEOPLE + 650
        assert InvoiceLine.objects.count() == PEOPLE + 2
        assert InvoiceTax.objects.count() == PEOPLE + 1
        assert NumberSeries.objects.get().last == PEOPLE + 1


class Crash(Exception):
    """The process dies here."""


@pytest.mark.parametrize(
    ("where", "what", "calls_before"),
    [
        (plain, "draft", 0),
        (plain, "draft", 2),
        (plain, "others", 1),
        (replayed, "draft", 0),
        (committing, "number", 0),
        (committing, "number", 2),
    ],
)
def test_an_error_between_any_two_steps_leaves_one_effect(
    committed: Operator,
    monkeypatch: pytest.MonkeyPatch,
    where: Any,
    what: str,
    calls_before: int,
) -> None:
    monkeypatch.setattr(running, "PEOPLE_A_CHUNK", 2)
    real, calls = getattr(where, what), []

    def dies(*args: Any, **more: Any) -> Any:
        calls.append(what)
        answer = real(*args, **more)
        if len(calls) > calls_before:
            raise Crash
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(where, what, dies)
        try:
            bill(committed)
        except Crash:
            pass
        else:
            assert len(calls) <= calls_before
    bill(committed)
    assert_everything_once(committed)


@pytest.mark.parametrize(
    "table",
    ["packages_invoice", "packages_invoicetax", "packages_numberseries", "audit_auditrecord"],
)
def test_killed_while_it_waits_for_a_table(committed: Operator, table: str) -> None:
    """`kill -9` before the first draft, between drafts, before the numbers, before the end."""
    with _connect() as holder:
        holder.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        process = _start_run()
        try:
            _await_waiter(holder, table, process)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
        holder.rollback()
    bill(committed)
    assert_everything_once(committed)


def test_two_runs_at_once_make_everything_once(committed: Operator) -> None:
    processes = [_start_run() for _ in range(2)]
    assert [process.wait(PATIENCE) for process in processes] == [0, 0]
    assert_everything_once(committed)


def test_charges_killed_before_they_are_written_are_written_once(
    committed: Operator, tmp_path: Path
) -> None:
    bill(committed)

    class FullDisk:
        def write(self, piece: bytes) -> int:
            raise OSError("no space left")

    for _ in range(2):
        with pytest.raises(OSError, match="no space"):
            charging.write(month=OCTOBER, operator=committed, out=FullDisk(), as_of=NOW, by=BY)  # type: ignore[arg-type]
    with (tmp_path / "charges.csv").open("wb") as out:
        written = charging.write(month=OCTOBER, operator=committed, out=out, as_of=NOW, by=BY)
    assert (written.file.file_seq, written.file.count) == (1, PEOPLE + 1)
    with acting_in(Scope.system("a test")):
        assert Charge.objects.count() == PEOPLE + 1
        assert ChargeFile.objects.count() == 1


def _parameters() -> dict[str, str]:
    parameters = connection.get_connection_params()
    return {
        name: str(parameters[name])
        for name in ("host", "port", "user", "password", "dbname")
        if parameters.get(name)
    }


def _connect() -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(**_parameters())  # type: ignore[arg-type]


def _start_run() -> subprocess.Popen[bytes]:
    where = _parameters()
    name = where.pop("dbname")
    url = f"postgres:///{quote(name)}?{urlencode(where)}"
    return subprocess.Popen(
        [sys.executable, "manage.py", "run_billing", "--month", "2026-10", "--operator", "demo"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def _await_waiter(
    holder: psycopg.Connection[tuple[Any, ...]], table: str, process: subprocess.Popen[bytes]
) -> None:
    """Until the run stands before the locked table."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        waiting = holder.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass", [table]
        ).fetchone()
        if waiting and waiting[0]:
            return
        if process.poll() is not None:
            assert process.stderr is not None
            pytest.fail(f"The run ended: {process.stderr.read().decode()}")
        time.sleep(0.05)
    pytest.fail(f"The run never came to {table}.")
