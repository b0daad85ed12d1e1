"""Rows kept for a person to look at, written by COPY: a file may be wrong from end to end."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from healthcare.subscribers.loading.columns import ADDED_BY_REJECTS
from healthcare.subscribers.loading.reading import SubscriberFile
from healthcare.subscribers.models import ImportBatch, Outcome

# PostgreSQL copies into no table that stands under row-level security, so there is a step between.
_COLUMNS = "batch_id, line, outcome, operator_subscriber_id, field, code, text, values"
_STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS kept (batch_id bigint, line integer, outcome text,
    operator_subscriber_id text, field text, code text, text text, values jsonb)
    ON COMMIT DELETE ROWS
"""
_COPY = f"COPY kept ({_COLUMNS}) FROM STDIN"
_MOVE = f"""
WITH moved AS (DELETE FROM kept RETURNING {_COLUMNS})
INSERT INTO subscribers_importrow ({_COLUMNS}) SELECT {_COLUMNS} FROM moved ORDER BY line
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """One held or rejected row: where it stands, why it is kept, and its cells as they stood."""

    line: int
    outcome: Outcome
    field: str
    code: str
    text: str
    record: list[str]


def keep(batch: ImportBatch, file: SubscriberFile, rows: Iterable[Kept]) -> None:
    """Write the rows; columns that a rejects file added are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        with cursor.copy(_COPY) as copy:
            for row in rows:
                copy.write_row(_cells(batch, file, row))
        cursor.execute(_MOVE)


def _cells(batch: ImportBatch, file: SubscriberFile, row: Kept) -> tuple[object, ...]:
    # PostgreSQL's text holds no NUL.
    cells = {
        name: cell.replace("\0", "\N{REPLACEMENT CHARACTER}")
        for name, cell in zip(file.header, row.record, strict=False)
        if name not in ADDED_BY_REJECTS
    }
    subscriber = cells.get(file.header[file.positions["operator_subscriber_id"]], "")[:200]
    why = (row.outcome.value, subscriber, row.field, row.code, row.text)
    return (batch.pk, row.line, *why, json.dumps(cells, ensure_ascii=False))
