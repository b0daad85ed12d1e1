"""Rows kept for a person to look at, written by COPY: a file may be wrong from end to end."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from healthcare.subscribers.loading.columns import ADDED_BY_REJECTS
from healthcare.subscribers.models import ImportBatch, Outcome

_COPY = """
COPY subscribers_importrow
    (batch_id, line, outcome, operator_subscriber_id, field, code, text, values) FROM STDIN
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


def keep(batch: ImportBatch, header: tuple[str, ...], rows: Iterable[Kept]) -> None:
    """Write the rows; columns that a rejects file added are left out."""
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for row in rows:
            # PostgreSQL's text holds no NUL.
            cells = {
                name: cell.replace("\0", "\N{REPLACEMENT CHARACTER}")
                for name, cell in zip(header, row.record, strict=False)
                if name not in ADDED_BY_REJECTS
            }
            subscriber = cells.get("operator_subscriber_id", "")[:200]
            why = (row.outcome.value, subscriber, row.field, row.code, row.text)
            copy.write_row((batch.pk, row.line, *why, json.dumps(cells, ensure_ascii=False)))
