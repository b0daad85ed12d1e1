"""Held and rejected rows: kept as they stood, and written as a file to correct and send again."""

import csv
import io
from collections.abc import Iterator

from django.db import connection

from healthcare.subscribers.loading.cells import escaped
from healthcare.subscribers.loading.choosing import layout_of
from healthcare.subscribers.loading.columns import ADDED_BY_REJECTS
from healthcare.subscribers.loading.kept import Kept, keep
from healthcare.subscribers.loading.layouts import Layout
from healthcare.subscribers.loading.reading import SubscriberFile
from healthcare.subscribers.models import ImportBatch, Outcome

CHUNK = 2_000

Why = tuple[str, str, str]
"""Field, code and text."""


def held_rows_kept(batch: ImportBatch) -> dict[int, Why]:
    """The held rows that are kept by now, by line."""
    kept = batch.kept_rows.filter(outcome=Outcome.HELD)
    rows = kept.values_list("line", "field", "code", "text")
    return {line: (field, code, text) for line, field, code, text in rows}


def keep_held(batch: ImportBatch, file: SubscriberFile, held: dict[int, Why]) -> None:
    """Keep these rows by line, with their cells as the file has them, and no other held ones.

    `file` is opened anew for this: raw cells never travel through the database, so most imports,
    which hold little, read little of the file a second time.
    """
    batch.kept_rows.filter(outcome=Outcome.HELD).delete()
    if held:
        keep(batch, file, _held_rows(file, dict(held)))


def _held_rows(file: SubscriberFile, held: dict[int, Why]) -> Iterator[Kept]:
    for line, record in file.records():
        if line in held:
            field, code, text = held.pop(line)
            yield Kept(line, Outcome.HELD, field, code, text, record)
            if not held:
                return


def lines(batch: ImportBatch) -> Iterator[str]:
    """The rejects file of a batch, line by line.

    Columns: `line, outcome, field, code, text`, then those of the file under its own names, always
    with commas: the import tells it by its first columns, whatever the file's layout was. Cells
    that a spreadsheet would run as a formula begin with an apostrophe, which the import reads back
    as if it were not there.
    """
    layout = layout_of(batch.mapping_version, batch.operator, now=batch.started_at)
    names = _names(batch, layout)
    yield _csv([*ADDED_BY_REJECTS, *names])
    for kept in batch.kept_rows.order_by("line").iterator(chunk_size=CHUNK):
        why = (str(kept.line), kept.outcome, kept.field, kept.code, kept.text)
        cells = (kept.values.get(name, "") for name in names)
        yield _csv([escaped(cell) for cell in (*why, *cells)])


def _csv(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()


def _names(batch: ImportBatch, layout: Layout) -> list[str]:
    """The file's columns, in the order of the layout, without those that it ignores."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT jsonb_object_keys(values) FROM subscribers_importrow"
            " WHERE batch_id = %s",
            [batch.pk],
        )
        present = {name for (name,) in cursor.fetchall()}
    return [name for name in layout.sources if name in present]
