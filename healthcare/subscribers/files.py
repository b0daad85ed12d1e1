"""Where the file of a batch lies, and how it is opened."""

from contextlib import AbstractContextManager
from pathlib import Path

from django.conf import settings
from django.db import transaction

from healthcare.subscribers.loading import choosing
from healthcare.subscribers.loading.layouts import Layout
from healthcare.subscribers.loading.reading import SubscriberFile, opened
from healthcare.subscribers.models import ImportBatch


def layout_of(batch: ImportBatch) -> Layout:
    """The layout it is read by: of the version of the operator's mapping that it came with."""
    return choosing.layout_of(batch.mapping_version, batch.operator, now=batch.started_at)


def folder() -> Path:
    """Where files are put aside that came over HTTP."""
    return Path(settings.VAR_DIR) / "imports"


def path_of(batch: ImportBatch) -> Path:
    """Where it was put aside, or where somebody keeps it."""
    return Path(batch.source) if batch.source else folder() / f"{batch.pk}.csv"


def opened_of(batch: ImportBatch) -> AbstractContextManager[SubscriberFile]:
    """The file, open and with its header read. Raises `FileRefused`."""
    layout, encoding = layout_of(batch), batch.encoding or None
    return opened(path_of(batch), encoding=encoding, columns=layout.columns, form=layout.form)


def forget(batch: ImportBatch) -> None:
    """A file that was put aside is deleted with the commit; one that lies where somebody keeps it
    is theirs."""
    if not batch.source:
        path = path_of(batch)
        transaction.on_commit(lambda: path.unlink(missing_ok=True))
