"""Held and rejected rows: kept with their cells, and written as a file to correct and send again."""

import csv
from collections.abc import Iterator
from itertools import islice
from typing import TextIO

from django.db import connection

from healthcare.subscribers.loading.cells import escaped
from healthcare.subscribers.loading.columns import ADDED_BY_REJECTS, NAMES
from healthcare.subscribers.loading.reading import SubscriberFile
from healthcare.subscribers.loading.staging import kept_row
from healthcare.subscribers.models import ImportBatch, ImportRow, Outcome

CHUNK = 2_000


def keep_held(batch: ImportBatch, file: SubscriberFile) -> None:
    """Keep the rows that `verdict` holds, with their cells as the file has them.

    `file` is opened anew for this: raw cells never travel through the database, so most imports,
    which hold little, read little of the file a second time.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT line, field, code, text FROM verdict WHERE outcome = 'held'")
        held = {line: (field, code, text) for line, field, code, text in cursor.fetchall()}
    rows = _held_rows(batch, file, held)
    while chunk := list(islice(rows, CHUNK)):
        ImportRow.objects.bulk_create(chunk)


def _held_rows(
    batch: ImportBatch, file: SubscriberFile, held: dict[int, tuple[str, str, str]]
) -> Iterator[ImportRow]:
    for line, record in file.records() if held else ():
        if line in held:
            field, code, text = held.pop(line)
            yield kept_row(
                batch,
                header=file.header,
                line=line,
                record=record,
                outcome=Outcome.HELD,
                field=field,
                code=code,
                text=text,
            )
            if not held:
                return


def write(batch: ImportBatch, out: TextIO) -> int:
    """Write the rejects file of a batch as CSV and return its number of rows.

    Columns: `line, outcome, field, code, text`, then those of the file. Cells that a spreadsheet
    would run as a formula begin with an apostrophe, which the import reads back as if it were not
    there.
    """
    rows = csv.writer(out, lineterminator="\n")
    names = _names(batch)
    rows.writerow([*ADDED_BY_REJECTS, *names])
    written = 0
    for kept in batch.kept_rows.order_by("line").iterator(chunk_size=CHUNK):
        why = (str(kept.line), kept.outcome, kept.field, kept.code, kept.text)
        cells = (kept.values.get(name, "") for name in names)
        rows.writerow([escaped(cell) for cell in (*why, *cells)])
        written += 1
    return written


def _names(batch: ImportBatch) -> list[str]:
    """The file's columns, in the order of the layout."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT jsonb_object_keys(values) FROM subscribers_importrow"
            " WHERE batch_id = %s",
            [batch.pk],
        )
        present = {name for (name,) in cursor.fetchall()}
    return [name for name in NAMES if name in present]
