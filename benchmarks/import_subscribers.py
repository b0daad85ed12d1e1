"""The launch: a subscriber base with 3 % dirt, beside the raw COPY of the same finished rows.

The raw limit is what PostgreSQL needs to take the finished rows of the three tables by COPY, with
the same checks, indexes and foreign keys: no reading, no rules, no matching. After the base come
the same file again and a day's changes. `BENCH_ROWS=1000000` measures a launch of full size.
"""

import io
import os
import resource
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection, transaction
from django.utils import timezone

from benchmarks._subscriber_files import BASE, CHANGES
from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.subscribers import importing, leading
from healthcare.subscribers.loading.progress import Progress
from healthcare.subscribers.models import ImportBatch, Operator
from healthcare.walls.owning import as_owner
from healthcare.walls.roles import DatabaseRole

TABLES = ("patients_patient", "subscribers_contract", "subscribers_line")
# The same columns, checks, indexes and foreign keys. Without the trigger on lines: it is our way to
# an exclusion constraint, so its time counts as ours.
TWINS = (
    "CREATE TABLE raw_patients_patient (LIKE patients_patient INCLUDING ALL)",
    "CREATE TABLE raw_subscribers_contract (LIKE subscribers_contract INCLUDING ALL)",
    "CREATE TABLE raw_subscribers_line (LIKE subscribers_line INCLUDING ALL)",
    "ALTER TABLE raw_subscribers_contract ADD FOREIGN KEY (patient_id)"
    " REFERENCES raw_patients_patient DEFERRABLE INITIALLY DEFERRED",
    "ALTER TABLE raw_subscribers_contract ADD FOREIGN KEY (operator_id)"
    " REFERENCES subscribers_operator DEFERRABLE INITIALLY DEFERRED",
    "ALTER TABLE raw_subscribers_line ADD FOREIGN KEY (contract_id)"
    " REFERENCES raw_subscribers_contract DEFERRABLE INITIALLY DEFERRED",
)
ROWS = 200_000


@dataclass(frozen=True, slots=True)
class Taken:
    """One file taken in: its batch, seconds until the first progress and in all."""

    batch: ImportBatch
    told: float
    seconds: float


def main() -> dict[str, float | int]:
    """Measure, print two lines, and leave the database as it was.

    Returns microseconds a row of the first import, of the same file again and of raw COPY, rows a
    second, the ratios to raw COPY and to the first import, and the most memory, in MiB, that the
    process had until then.
    """
    rows = int(os.environ.get("BENCH_ROWS", ROWS))
    with TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "benchmarks._subscriber_files", folder, str(rows)], check=True
        )
        first, again, changes, raw, memory = _measure(Path(folder))
    figures = {
        "rows": rows,
        "import_us_a_row": round(first.seconds / rows * 1e6, 1),
        "again_us_a_row": round(again.seconds / rows * 1e6, 1),
        "raw_copy_us_a_row": round(raw / first.batch.created * 1e6, 1),
        "rows_a_second": round(rows / first.seconds),
        "ratio_to_raw_copy": round(first.seconds / raw, 2),
        "again_to_first": round(again.seconds / first.seconds, 2),
        "changes": changes.batch.rows,
        "changes_to_first": round(changes.seconds / first.seconds, 4),
        "first_progress_s": round(first.told, 2),
        "most_memory_mib": memory,
    }
    print(
        f"import_subscribers: {rows:,} rows, {figures['import_us_a_row']} us a row"
        f" ({figures['rows_a_second']:,} rows/s), raw COPY {figures['raw_copy_us_a_row']} us,"
        f" ratio {figures['ratio_to_raw_copy']}; the same again {figures['again_us_a_row']} us"
    )
    print(
        f"import_subscribers: {changes.batch.rows:,} changes in {changes.seconds:.2f} s,"
        f" {figures['changes_to_first']:.2%} of the first; first progress after"
        f" {figures['first_progress_s']} s; at most {memory} MiB"
    )
    for name, taken in (("first", first), ("again", again), ("changes", changes)):
        print(f"import_subscribers: {name}: {_outcomes(taken.batch)}")
    return figures


def _outcomes(batch: ImportBatch) -> str:
    counts = Counter({name: getattr(batch, name) for name in leading.OUTCOMES})
    return ", ".join(f"{number:,} {name}" for name, number in counts.most_common() if number)


def _measure(folder: Path) -> tuple[Taken, Taken, Taken, float, int]:
    """The base, the base again, a day's changes, seconds of raw COPY, and MiB; rolled back."""
    with transaction.atomic():
        _make_twins()
        with acting_in(Scope.system("benchmark")):
            first = _import(folder / BASE)
            # Before the changes, so that raw COPY writes what the first import wrote.
            finished = {table: _keep_rows(table, folder) for table in TABLES}
        _analyze()
        with acting_in(Scope.system("benchmark")):
            again = _import(folder / BASE)
            changes = _import(folder / CHANGES)
            # Kilobytes, on Linux; the finished rows lie on the disk until now.
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            raw = _raw_copy(finished)
        transaction.set_rollback(True)
    return first, again, changes, raw, memory


def _make_twins() -> None:
    # Only the owner makes tables; batch fills them.
    with as_owner(), connection.cursor() as cursor:
        for statement in TWINS:
            cursor.execute(statement)
        for table in TABLES:
            cursor.execute(f"GRANT ALL ON raw_{table} TO {DatabaseRole.BATCH}")


def _analyze() -> None:
    """What autovacuum does within a minute of the commit, which this transaction never sees."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(TABLES)}")


def _import(path: Path) -> Taken:
    told: list[float] = []
    began = time.perf_counter()

    def note(_: Progress) -> None:
        if not told:
            told.append(time.perf_counter() - began)

    batch = importing.run(
        path=path,
        operator=Operator.objects.get(code="demo"),
        progress=note,
        now=timezone.now(),
        by=command("benchmark"),
    )
    _check_constraints()
    return Taken(batch, told[0], time.perf_counter() - began)


def _check_constraints() -> None:
    # Foreign keys are checked at the commit, which this transaction never sees: check them now.
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def _raw_copy(finished: dict[str, Path]) -> float:
    """Seconds to COPY the rows of the first import into empty tables of the same make."""
    ready = {table: io.BytesIO(path.read_bytes()) for table, path in finished.items()}
    with connection.cursor() as cursor:
        began = time.perf_counter()
        for table in TABLES:
            into = f"raw_{table} ({_columns(table)})"
            with cursor.copy(f"COPY {into} FROM STDIN (FORMAT binary)") as copy:
                while block := ready[table].read(1 << 20):
                    copy.write(block)
        _check_constraints()
        return time.perf_counter() - began


def _keep_rows(table: str, folder: Path) -> Path:
    """A file with the rows of a table in PostgreSQL's binary format."""
    path = folder / f"{table}.copy"
    with (
        path.open("wb") as kept,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({_columns(table)}) TO STDOUT (FORMAT binary)") as copy,
    ):
        for block in copy:
            kept.write(block)
    return path


def _columns(table: str) -> str:
    """Those that are written: PostgreSQL computes the others."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
            " AND attgenerated = ''",
            [table],
        )
        (names,) = cursor.fetchone()
    return str(names)
