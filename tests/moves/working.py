"""The process that test workers are forked from: everything imported, no connection opened."""

import django

django.setup()

from healthcare.subscribers import tasks  # noqa: E402 - needs the set-up
from healthcare.subscribers.loading import chunks  # noqa: E402 - needs the set-up


def lead(batch: int, rows: int) -> None:
    """The very function that a worker runs; small chunks, so that there are many places to kill."""
    chunks.ROWS = rows
    tasks.run_import(batch)
