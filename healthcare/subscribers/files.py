"""Where the file of a batch lies, and how it is opened."""

from contextlib import AbstractContextManager
from pathlib import Path

from django.conf import settings
from django.db import transaction

from healthcare.subscribers.loading.columns import MAPPINGS, Column
from healthcare.subscribers.loading.reading import FileRefused, SubscriberFile, opened
from healthcare.subscribers.models import ImportBatch


def columns_of(mapping: str) -> tuple[Column, ...]:
    """The layout of that name. Raises `FileRefused`."""
    try:
        return MAPPINGS[mapping]
    except KeyError:
        raise FileRefused(
            f"The mapping {mapping!r} is not known: use one of {', '.join(MAPPINGS)}."
        ) from None


def folder() -> Path:
    """Where files are put aside that came over HTTP."""
    return Path(settings.VAR_DIR) / "imports"


def path_of(batch: ImportBatch) -> Path:
    """Where it was put aside, or where somebody keeps it."""
    return Path(batch.source) if batch.source else folder() / f"{batch.pk}.csv"


def opened_of(batch: ImportBatch) -> AbstractContextManager[SubscriberFile]:
    """The file, open and with its header read. Raises `FileRefused`."""
    return opened(
        path_of(batch), encoding=batch.encoding or None, columns=columns_of(batch.mapping)
    )


def forget(batch: ImportBatch) -> None:
    """A file that was put aside is deleted with the commit; one that lies where somebody keeps it
    is theirs."""
    if not batch.source:
        path = path_of(batch)
        transaction.on_commit(lambda: path.unlink(missing_ok=True))
