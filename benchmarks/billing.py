"""A billing run beside the raw COPY of the rows that it makes, and the charge file of the month.

In a database of its own, which is dropped at the end. `SUBSCRIBERS` sets the size.
"""

import io
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from django.db import connection

from benchmarks._stage import own_database
from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.subscribers.models import Operator
from healthcare.walls.owning import as_owner
from packages import billing, charging
from packages.adopting import adopt_migrated

MONTHS = (date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1))
NOW = datetime(2026, 11, 1, 3, tzinfo=UTC)
BY = command("benchmarks.billing")
_OF_RUN = "invoice_id IN (SELECT id FROM packages_invoice WHERE run_id = {run})"
TABLES = {
    "packages_invoice": "run_id = {run}",
    "packages_invoiceline": _OF_RUN,
    "packages_invoicetax": _OF_RUN,
}

T = TypeVar("T")

# Two of three pay, as in a base where a third has the free package.
_SUBSCRIBERS = """
INSERT INTO patients_patient (family_name, given_name, family_name_kana, given_name_kana, sex,
    postcode, prefecture, email, language, timezone, invited_at)
SELECT 'N', 'N', '', '', '', '', '', '', 'ja', 'Asia/Tokyo', %(now)s
FROM generate_series(1, %(count)s);
INSERT INTO patients_consent (patient_id, purpose, period, given_by, withdrawn_by)
SELECT id, 'care', tstzrange('2026-01-01', NULL), 'benchmark', '' FROM patients_patient;
INSERT INTO subscribers_contract (operator_id, operator_subscriber_id, activated_on, patient_id,
    holder_subscriber_id, tariff, package, entitlement_from)
SELECT %(operator)s, 'B' || id, '2020-04-01', id, '', '',
       (ARRAY['free', 'standard', 'premium'])[id %% 3 + 1], '2026-03-01'
FROM patients_patient;
INSERT INTO subscribers_line (contract_id, number, period)
SELECT id, '+8190' || lpad(id::text, 8, '0'), daterange('2020-04-01', NULL)
FROM subscribers_contract;
"""


def main() -> dict[str, Any]:
    """Microseconds an invoice, and how many times the raw COPY of its rows that is."""
    count = int(os.environ.get("SUBSCRIBERS", "60000"))
    with own_database("bench_billing"):
        demo = Operator.objects.get(code="demo")
        _populate(demo, count)
        figures = _measured(demo)
    figures["subscribers"] = count
    for name, value in figures.items():
        sys.stdout.write(f"  billing {name:<34} {value:>12,}\n")
    return figures


def _measured(demo: Operator) -> dict[str, Any]:
    """Medians of three months; each month's ratios are to its own raw COPY, taken right after."""
    months = [_month(demo, month) for month in MONTHS]
    return {
        name: round(statistics.median(month[name] for month in months), 2) for name in months[0]
    }


def _month(demo: Operator, month: date) -> dict[str, float]:
    draft, drafted = _timed(lambda: billing.draft(month=month, operator=demo, as_of=NOW, by=BY))
    numbers, _ = _timed(lambda: billing.commit(run=drafted.run, as_of=NOW, by=BY))
    again, _ = _timed(lambda: billing.run(month=month, operator=demo, as_of=NOW, by=BY))
    raw = _raw_copy(drafted.run.pk)
    charges, _ = _timed(
        lambda: charging.write(month=month, operator=demo, out=io.BytesIO(), as_of=NOW, by=BY)
    )
    invoices = drafted.invoices_created
    return {
        "invoices_a_month": invoices,
        "raw_copy_us_per_invoice": raw / invoices * 1e6,
        "draft_us_per_invoice": draft / invoices * 1e6,
        "numbers_us_per_invoice": numbers / invoices * 1e6,
        "run_times_raw": (draft + numbers) / raw,
        "second_run_times_raw": again / raw,
        "charge_file_us_per_charge": charges / invoices * 1e6,
    }


def _raw_copy(run: int) -> float:
    """Seconds for COPY of a run's finished rows into empty tables with the same indexes."""
    seconds = 0.0
    with as_owner(), connection.cursor() as cursor:
        for table, of_run in TABLES.items():
            rows = io.BytesIO()
            chosen = f"SELECT * FROM {table} WHERE {of_run.format(run=run)} ORDER BY id"
            with cursor.copy(f"COPY ({chosen}) TO STDOUT (FORMAT binary)") as copy:
                for piece in copy:
                    rows.write(piece)
            cursor.execute(f"CREATE TABLE raw_{table} (LIKE {table} INCLUDING ALL)")
            began = time.perf_counter()
            with cursor.copy(f"COPY raw_{table} FROM STDIN (FORMAT binary)") as copy:
                copy.write(rows.getbuffer())
            seconds += time.perf_counter() - began
            cursor.execute(f"DROP TABLE raw_{table}")
    return seconds


def _populate(demo: Operator, count: int) -> None:
    with acting_in(Scope.system("benchmark")), connection.cursor() as cursor:
        for statement in _SUBSCRIBERS.split(";\n"):
            if statement.strip():
                cursor.execute(statement, {"now": NOW, "count": count, "operator": demo.pk})
        adopt_migrated(operator=demo, now=NOW, by=BY)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    answer = work()
    return time.perf_counter() - began, answer
