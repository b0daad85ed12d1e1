"""The import of a subscriber file beside the raw COPY of the same finished rows.

The raw limit is what PostgreSQL needs to take the finished rows of the three tables by COPY, with
the same checks, indexes and foreign keys: no reading, no rules, no matching.
"""

import io
import os
import runpy
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection, transaction
from django.utils import timezone

from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.subscribers import importing
from healthcare.subscribers.models import Operator
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
MAKER = Path(__file__).parent.parent / "samples" / "make_subscribers.py"
ROWS = 200_000


def main() -> dict[str, float | int]:
    """Measure, print one line, and leave the database as it was.

    Returns microseconds a row of the first import, of the same file again and of raw COPY, rows a
    second, and the ratio of the first import to raw COPY.
    """
    rows = int(os.environ.get("BENCH_ROWS", ROWS))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "subscribers.csv"
        _make(path, rows)
        first, again, raw = _measure(path)
    figures = {
        "rows": rows,
        "import_us_a_row": round(first / rows * 1e6, 1),
        "again_us_a_row": round(again / rows * 1e6, 1),
        "raw_copy_us_a_row": round(raw / rows * 1e6, 1),
        "rows_a_second": round(rows / first),
        "ratio_to_raw_copy": round(first / raw, 2),
    }
    print(
        f"import_subscribers: {rows:,} rows, {figures['import_us_a_row']} us a row"
        f" ({figures['rows_a_second']:,} rows/s), raw COPY {figures['raw_copy_us_a_row']} us,"
        f" ratio {figures['ratio_to_raw_copy']}; the same again {figures['again_us_a_row']} us"
    )
    return figures


def _make(path: Path, rows: int) -> None:
    maker = runpy.run_path(str(MAKER))
    with path.open("w", encoding="utf-8", newline="") as out:
        maker["write"](maker["subscribers"](rows=rows, seed=1), out)


def _measure(path: Path) -> tuple[float, float, float]:
    """Seconds of the import, of the same import again, and of raw COPY; rolled back."""
    with transaction.atomic():
        _make_twins()
        with acting_in(Scope.system("benchmark")):
            first = _import(path)
            again = _import(path)
            raw = _raw_copy()
        transaction.set_rollback(True)
    return first, again, raw


def _make_twins() -> None:
    # Only the owner makes tables; batch fills them.
    with as_owner(), connection.cursor() as cursor:
        for statement in TWINS:
            cursor.execute(statement)
        for table in TABLES:
            cursor.execute(f"GRANT ALL ON raw_{table} TO {DatabaseRole.BATCH}")


def _import(path: Path) -> float:
    began = time.perf_counter()
    importing.run(
        path=path,
        operator=Operator.objects.get(code="demo"),
        now=timezone.now(),
        by=command("benchmark"),
    )
    _check_constraints()
    return time.perf_counter() - began


def _check_constraints() -> None:
    # Foreign keys are checked at the commit, which this transaction never sees: check them now.
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def _raw_copy() -> float:
    """Seconds to COPY the rows of the first import into empty tables of the same make."""
    with connection.cursor() as cursor:
        finished = {table: _rows_of(table) for table in TABLES}
        began = time.perf_counter()
        for table in TABLES:
            into = f"raw_{table} ({_columns(table)})"
            with cursor.copy(f"COPY {into} FROM STDIN (FORMAT binary)") as copy:
                copy.write(finished[table])
        _check_constraints()
        return time.perf_counter() - began


def _rows_of(table: str) -> bytes:
    """The rows of a table in PostgreSQL's binary format."""
    rows = io.BytesIO()
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({_columns(table)}) TO STDOUT (FORMAT binary)") as copy,
    ):
        for block in copy:
            rows.write(block)
    return rows.getvalue()


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
