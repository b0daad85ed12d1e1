"""The action on subscriber files: take one in, whole or not at all.

`run` takes in a file that lies at a path. `receive` and `run_received` do the same in two steps,
for a file that comes over HTTP and is worked on by a task.
"""

import hashlib
import shutil
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction

from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.subscribers.loading import contests, matching, merging, rejects, staging
from healthcare.subscribers.loading.cells import Setting
from healthcare.subscribers.loading.columns import MAPPINGS, Column
from healthcare.subscribers.loading.merging import Counts
from healthcare.subscribers.loading.progress import Report, silent
from healthcare.subscribers.loading.reading import FileRefused, opened
from healthcare.subscribers.loading.staging import Staged
from healthcare.subscribers.models import ImportBatch, ImportProgress, Operator, State

# One import at a time: two that meet over a number would each believe it free.
LOCK = 0x6D696D69


def run(
    *,
    path: Path,
    operator: Operator,
    mapping: str = "standard",
    encoding: str | None = None,
    dry_run: bool = False,
    progress: Report = silent,
    now: datetime,
    by: Actor,
) -> ImportBatch:
    """Take in a subscriber file and return its batch, in which the six outcomes are counted.

    With `dry_run` the same is worked out and no member's row is changed; the batch and the rows
    that would be held or rejected are kept, unless the caller rolls back.

    Raises:
        FileRefused: the file as a whole cannot be read; the caller's transaction must roll back.
    """
    batch = _begin(
        path=path,
        file_name=path.name,
        operator=operator,
        mapping=mapping,
        encoding=encoding,
        dry_run=dry_run,
        now=now,
        by=by,
    )
    return _take_in(batch, path, progress=progress, now=now, by=by)


def receive(
    *,
    file: BinaryIO,
    file_name: str,
    operator: Operator,
    mapping: str = "standard",
    encoding: str | None = None,
    dry_run: bool = False,
    now: datetime,
    by: Actor,
) -> ImportBatch:
    """Put a file aside for `run_received` and return its batch, which is waiting.

    Raises:
        FileRefused: the mapping or the encoding is not known, or the header does not fit.
    """
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / f"{hashlib.sha256(f'{file_name}{now}{by}'.encode()).hexdigest()}.part"
    try:
        with draft.open("wb") as stored:
            shutil.copyfileobj(file, stored)
        with opened(draft, encoding=encoding, columns=_columns(mapping)):
            batch = _begin(
                path=draft,
                file_name=file_name,
                operator=operator,
                mapping=mapping,
                encoding=encoding,
                dry_run=dry_run,
                now=now,
                by=by,
            )
        ImportProgress.objects.create(batch=batch)
        draft.rename(_stored(batch))
    finally:
        draft.unlink(missing_ok=True)
    return batch


def run_received(
    *, batch_id: int, progress: Report = silent, now: datetime, by: Actor
) -> ImportBatch | None:
    """Take in a file that was put aside. One that is done or in work already is left alone.

    A file that is refused ends as a batch in that state, with the reason; nothing is raised. The
    stored file holds names, so it is deleted with the outcome, whatever that is. Returns None when
    there was nothing to do.
    """
    batch = (
        ImportBatch.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("operator")
        .filter(pk=batch_id, state=State.WAITING)
        .first()
    )
    if batch is None:
        return None
    path = _stored(batch)
    try:
        with transaction.atomic():
            batch = _take_in(batch, path, progress=progress, now=now, by=by)
    except FileRefused as refused:
        batch.state, batch.refusal, batch.finished_at = State.REFUSED, str(refused), now
        batch.save(update_fields=["state", "refusal", "finished_at"])
    transaction.on_commit(lambda: path.unlink(missing_ok=True))
    return batch


def _begin(
    *,
    path: Path,
    file_name: str,
    operator: Operator,
    mapping: str,
    encoding: str | None,
    dry_run: bool,
    now: datetime,
    by: Actor,
) -> ImportBatch:
    _columns(mapping)
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
    except OSError as error:
        raise FileRefused(f"{path} cannot be read: {error.strerror}.") from error
    return ImportBatch.objects.create(
        operator=operator,
        mapping=mapping,
        encoding=encoding or "",
        file_name=file_name,
        sha256=sha256,
        size=size,
        dry_run=dry_run,
        transfer_basis=operator.transfer_basis,
        started_at=now,
        actor=str(by),
    )


def _take_in(
    batch: ImportBatch, path: Path, *, progress: Report, now: datetime, by: Actor
) -> ImportBatch:
    operator = batch.operator
    columns = _columns(batch.mapping)
    encoding = batch.encoding or None
    setting = Setting(operator.country, _today(operator, now))
    with opened(path, encoding=encoding, columns=columns) as file:
        staged = staging.stage(file, columns=columns, setting=setting, batch=batch, report=progress)
    _prepare_connection()
    matching.match(operator_id=operator.pk, columns=columns)
    contests.decide(operator_id=operator.pk, today=setting.today)
    with opened(path, encoding=encoding, columns=columns) as file:
        rejects.keep_held(batch, file)
    with transaction.atomic():
        counts = merging.merge(
            batch=batch, operator=operator, present=file.positions, now=now, by=by
        )
        transaction.set_rollback(batch.dry_run)
    _finish(batch, staged, counts, now=now, by=by)
    return batch


def _finish(
    batch: ImportBatch, staged: Staged, counts: Counts, *, now: datetime, by: Actor
) -> None:
    outcomes = {**asdict(counts), "rejected": staged.rejected}
    for outcome, rows in outcomes.items():
        setattr(batch, outcome, rows)
    batch.rows, batch.state, batch.finished_at = staged.rows, State.DONE, now
    batch.save()
    record(
        action="subscribers.import",
        subject_type="import_batch",
        subject_id=batch.pk,
        details={"rows": staged.rows, "outcomes": outcomes, "dry_run": batch.dry_run},
        at=now,
        by=by,
    )


def _prepare_connection() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        # Sets of a million rows fit into memory; compiling queries never pays for itself here.
        cursor.execute("SET LOCAL work_mem = '128MB'; SET LOCAL jit = off")


def _today(operator: Operator, now: datetime) -> date:
    return now.astimezone(ZoneInfo(operator.timezone)).date()


def _columns(mapping: str) -> tuple[Column, ...]:
    try:
        return MAPPINGS[mapping]
    except KeyError:
        raise FileRefused(
            f"The mapping {mapping!r} is not known: use one of {', '.join(MAPPINGS)}."
        ) from None


def _folder() -> Path:
    return Path(settings.VAR_DIR) / "imports"


def _stored(batch: ImportBatch) -> Path:
    return _folder() / f"{batch.pk}.csv"
