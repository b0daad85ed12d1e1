"""Taking in files, for the tests of imports."""

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope
from healthcare.subscribers import importing
from healthcare.subscribers.models import Contract, ImportBatch, Line, Operator

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
TODAY = date(2026, 11, 23)
Rows = list[dict[str, str]]
TakeIn = Callable[..., ImportBatch]


def row(subscriber: str, activated_on: str, number: str, **cells: str) -> dict[str, str]:
    """A row of a file; `number` is the last digits of a Japanese mobile number."""
    return {
        "operator_subscriber_id": subscriber,
        "activated_on": activated_on,
        "msisdn": f"090{int(number) + 11_110_000:08}" if number.isdigit() else number,
        **cells,
    }


def written(path: Path, rows: Rows) -> Path:
    """The rows as a file."""
    names = list(dict.fromkeys(name for each in rows for name in each))
    with path.open("w", encoding="utf-8", newline="") as out:
        file = csv.DictWriter(out, names, restval="")
        file.writeheader()
        file.writerows(rows)
    return path


def outcomes(batch: ImportBatch) -> dict[str, int]:
    """The outcomes that occurred, after a look that they add up."""
    names = ("created", "updated", "unchanged", "duplicate", "held", "rejected")
    counts = {name: getattr(batch, name) for name in names}
    assert sum(counts.values()) == batch.rows
    return {name: count for name, count in counts.items() if count}


def lines() -> set[tuple[str, str, str, str | None]]:
    """Every line: contract id, last digits of the number, first day, first day without."""
    return {
        (
            line.contract.operator_subscriber_id,
            str(int(line.number[-8:]) - 11_110_000),
            line.period.lower.isoformat(),
            line.period.upper.isoformat() if line.period.upper else None,
        )
        for line in Line.objects.select_related("contract")
    }


def ended() -> dict[tuple[str, str], str]:
    """Ended contracts: id and activation to the first day without."""
    return {
        (c.operator_subscriber_id, c.activated_on.isoformat()): c.ended_on.isoformat()
        for c in Contract.objects.exclude(ended_on=None)
        if c.ended_on
    }


def held_codes(batch: ImportBatch) -> dict[str, str]:
    """Codes of held and rejected rows by contract id."""
    return dict(batch.kept_rows.values_list("operator_subscriber_id", "code"))


@pytest.fixture
def demo(db: None) -> Operator:
    """The operator that a data migration makes."""
    return Operator.objects.get(code="demo")


@pytest.fixture
def take_in(demo: Operator, system: Scope, tmp_path: Path) -> TakeIn:
    """Take in rows, or text or bytes of a file, for operator `demo`."""

    def _take_in(content: Rows | str | bytes, **given: Any) -> ImportBatch:
        path = tmp_path / "subscribers.csv"
        if isinstance(content, list):
            written(path, content)
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        arguments = {"operator": demo, "now": NOW, "by": command("tests"), **given}
        return importing.run(path=path, **arguments)

    return _take_in
