"""What keeping old values costs: updates with the history's triggers and without, in one run."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from benchmarks._stage import own_database
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.models import Patient
from healthcare.walls.owning import as_owner

PEOPLE, ONE_BY_ONE, ROUNDS = 100_000, 500, 5


def main() -> dict[str, Any]:
    """Medians in microseconds a row with and without the history, and their ratio."""
    with own_database("bench_history"):
        now = timezone.now()
        with acting_in(Scope.system("benchmark")):
            Patient.objects.bulk_create(
                Patient(family_name=f"山田{n}", given_name="花子", sex="female", invited_at=now)
                for n in range(PEOPLE)
            )
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        figures = {
            "in_bulk": _compared(_in_bulk, PEOPLE),
            "one_by_one": _compared(_one_by_one, ONE_BY_ONE),
        }
    for name, found in figures.items():
        print(
            f"history: update {name} {found['with_us']} us a row with the history, "
            f"{found['without_us']} us without: {found['ratio']} times"
        )
    return figures


def _in_bulk() -> None:
    Patient.objects.update(email="a@example.com")


def _one_by_one() -> None:
    for pk in Patient.objects.order_by("pk").values_list("pk", flat=True)[:ONE_BY_ONE]:
        Patient.objects.filter(pk=pk).update(email="a@example.com")


def _compared(update: Callable[[], None], rows: int) -> dict[str, float]:
    """Turn about, so that what else the machine does meets both. Each is rolled back."""
    kept: list[float] = []
    bare: list[float] = []
    for _ in range(ROUNDS):
        kept.append(_timed(update))
        with _without_the_history():
            bare.append(_timed(update))
    with_us, without_us = (statistics.median(found) / rows * 1e6 for found in (kept, bare))
    return {
        "with_us": round(with_us, 1),
        "without_us": round(without_us, 1),
        "ratio": round(with_us / without_us, 2),
    }


def _timed(update: Callable[[], None]) -> float:
    with acting_in(Scope.system("benchmark")):
        began = time.perf_counter()
        update()
        taken = time.perf_counter() - began
        transaction.set_rollback(True)
    return taken


@contextmanager
def _without_the_history() -> Iterator[None]:
    _each_trigger("DISABLE")
    try:
        yield
    finally:
        _each_trigger("ENABLE")


def _each_trigger(verb: str) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger"
            " WHERE tgrelid = 'patients_patient'::regclass AND tgname LIKE 'pgtrigger_%'"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE patients_patient {verb} TRIGGER {name}")
