"""The action on subscriber files: taken in step by step, each step whole or not at all.

`waiting` -> (read, checked, compared) -> `proposed` -> (approved, see `approving`) -> `loading`,
chunk by chunk -> `done`. `leading` leads a batch on.

`propose` takes a file that lies at a path, for a command that stays with it. `receive` puts aside
a file that comes over HTTP, and a task leads on with `leading.step`.
"""

import hashlib
import shutil
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from healthcare.audit.actors import Actor
from healthcare.subscribers import approving, leading, sequences
from healthcare.subscribers.files import folder, path_of
from healthcare.subscribers.loading import choosing, manifests
from healthcare.subscribers.loading.manifests import Manifest
from healthcare.subscribers.loading.progress import Report, silent
from healthcare.subscribers.loading.reading import confirm_utf8, opened
from healthcare.subscribers.loading.refusing import FileRefused
from healthcare.subscribers.models import ImportBatch, ImportProgress, Operator, State


def run(
    *,
    path: Path,
    operator: Operator,
    mapping: str = "standard",
    encoding: str | None = None,
    manifest: Manifest | None = None,
    dry_run: bool = False,
    progress: Report = silent,
    now: datetime,
    by: Actor,
) -> ImportBatch:
    """Take in a subscriber file from its proposal to its end, in the caller's transaction, and
    return its batch, in which the six outcomes are counted.

    With `dry_run` the outcomes are worked out and no member's row is changed; the batch and the
    rows that would be held or rejected are kept, unless the caller rolls back.

    Raises:
        FileRefused: the file as a whole cannot be read; the caller's transaction must roll back.
    """
    batch = propose(
        path=path,
        operator=operator,
        mapping=mapping,
        encoding=encoding,
        manifest=manifest,
        dry_run=dry_run,
        progress=progress,
        now=now,
        by=by,
    )
    if batch.state == State.PROPOSED:
        approving.approve_by_command(batch=batch, now=now, by=by)
        while leading.step(batch_id=batch.pk, now=now, by=by):
            pass
        batch.refresh_from_db()
    return batch


def propose(
    *,
    path: Path,
    operator: Operator,
    mapping: str = "standard",
    encoding: str | None = None,
    manifest: Manifest | None = None,
    dry_run: bool = False,
    progress: Report = silent,
    now: datetime,
    by: Actor,
) -> ImportBatch:
    """Read and check the file at a path and work out what would become of every row.

    Returns its batch, `proposed`, or `done` with `dry_run`. The file must stay where it is until
    the batch is done.

    Raises:
        FileRefused: the file as a whole cannot be read; the caller's transaction must roll back.
    """
    batch = _begin(
        path=path,
        file_name=path.name,
        source=str(path.absolute()),
        operator=operator,
        mapping=mapping,
        encoding=encoding,
        manifest=manifest,
        dry_run=dry_run,
        now=now,
        by=by,
    )
    leading.check(batch, progress=progress, now=now, by=by)
    return batch


def receive(
    *,
    file: BinaryIO,
    file_name: str,
    operator: Operator,
    mapping: str = "standard",
    encoding: str | None = None,
    manifest: Manifest | None = None,
    dry_run: bool = False,
    now: datetime,
    by: Actor,
) -> ImportBatch:
    """Put a file aside for `step` and return its batch, which is waiting.

    Raises:
        FileRefused: the mapping or the encoding is not known, the header does not fit, the
            manifest is of another file, or no encoding was given and the file is not UTF-8; then
            with the ways to read it.
    """
    here = folder()
    here.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = here / f"{hashlib.sha256(f'{file_name}{now}{by}'.encode()).hexdigest()}.part"
    try:
        with draft.open("wb") as stored:
            shutil.copyfileobj(file, stored)
        layout = choosing.layout_of(choosing.newest(operator, mapping), operator, now=now)
        if encoding is None:
            confirm_utf8(draft, layout.form)
        with opened(draft, encoding=encoding, columns=layout.columns, form=layout.form):
            batch = _begin(
                path=draft,
                file_name=file_name,
                source="",
                operator=operator,
                mapping=mapping,
                encoding=encoding,
                manifest=manifest,
                dry_run=dry_run,
                now=now,
                by=by,
            )
        draft.rename(path_of(batch))
    finally:
        draft.unlink(missing_ok=True)
    return batch


def _begin(
    *,
    path: Path,
    file_name: str,
    source: str,
    operator: Operator,
    mapping: str,
    encoding: str | None,
    manifest: Manifest | None,
    dry_run: bool,
    now: datetime,
    by: Actor,
) -> ImportBatch:
    version = choosing.newest(operator, mapping)
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
    except OSError as error:
        raise FileRefused(f"{path} cannot be read: {error.strerror}.") from error
    if manifest is not None:
        manifests.confirm(manifest, sha256=sha256, now=now)
    batch = ImportBatch(
        operator=operator,
        mapping=mapping,
        mapping_version=version,
        source=source,
        encoding=encoding or "",
        file_name=file_name,
        sha256=sha256,
        size=size,
        dry_run=dry_run,
        transfer_basis=manifest.transfer_basis if manifest else operator.transfer_basis,
        manifest=manifests.to_store(manifest) if manifest else None,
        sequence=manifest.sequence if manifest else None,
        extracted_at=manifest.extracted_at if manifest else None,
        started_at=now,
        actor=str(by),
    )
    try:
        sequences.confirm(batch)
    except sequences.OutOfSequence as error:
        raise FileRefused(str(error)) from error
    batch.save()
    ImportProgress.objects.create(batch=batch)
    return batch
