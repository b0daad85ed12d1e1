"""The action on subscriber files: taken in step by step, each step whole or not at all.

`waiting` -> (read, checked, compared) -> `proposed` -> (approved, see `approving`) -> `loading`,
chunk by chunk -> `done`. A step is one transaction that locks the batch, so a process that is
killed leaves the batch as it was before the step, and whoever leads on does that step again.

`propose` takes a file that lies at a path, for a command that stays with it. `receive` puts aside
a file that comes over HTTP, and a task leads on with `step`.
"""

import hashlib
import shutil
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.db import connection, transaction

from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.subscribers import approving
from healthcare.subscribers.files import folder, forget, layout_of, opened_of, path_of
from healthcare.subscribers.loading import choosing, chunks, rejects, staging
from healthcare.subscribers.loading.area import Area
from healthcare.subscribers.loading.merging import Counts
from healthcare.subscribers.loading.progress import Report, silent
from healthcare.subscribers.loading.reading import confirm_utf8, opened
from healthcare.subscribers.loading.refusing import FileRefused
from healthcare.subscribers.models import (
    IN_WORK,
    Asked,
    ImportBatch,
    ImportProgress,
    Operator,
    State,
)

# One import at a time: two that meet over a number would each believe it free.
LOCK = 0x6D696D69
OUTCOMES = ("created", "updated", "unchanged", "duplicate", "held", "rejected")


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
        dry_run=dry_run,
        progress=progress,
        now=now,
        by=by,
    )
    if batch.state == State.PROPOSED:
        approving.approve_by_command(batch=batch, now=now, by=by)
        while step(batch_id=batch.pk, now=now, by=by):
            pass
        batch.refresh_from_db()
    return batch


def propose(
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
        dry_run=dry_run,
        now=now,
        by=by,
    )
    _check(batch, progress=progress, now=now, by=by)
    return batch


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
    """Put a file aside for `step` and return its batch, which is waiting.

    Raises:
        FileRefused: the mapping or the encoding is not known, the header does not fit, or no
            encoding was given and the file is not UTF-8; then with the ways to read it.
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
                dry_run=dry_run,
                now=now,
                by=by,
            )
        draft.rename(path_of(batch))
    finally:
        draft.unlink(missing_ok=True)
    return batch


@transaction.atomic
def step(*, batch_id: int, progress: Report = silent, now: datetime, by: Actor) -> bool:
    """Lead a batch on by one step. Returns whether another step is to follow at once.

    Nothing is done with a batch that another process leads on at this moment, that waits for a
    person, or that has ended. A file that is refused ends as a batch in that state, with the
    reason; nothing is raised.
    """
    batch = (
        ImportBatch.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("operator")
        .filter(pk=batch_id, state__in=(*IN_WORK, State.PROPOSED, State.PAUSED))
        .first()
    )
    if batch is None:
        return False
    asked = ImportProgress.objects.filter(batch=batch).values_list("asked", flat=True).first()
    if asked == Asked.CANCEL:
        _end(batch, State.CANCELLED, now=now, by=by)
    elif batch.state == State.WAITING:
        _check_or_refuse(batch, progress=progress, now=now, by=by)
    elif batch.state not in IN_WORK:
        return False
    elif asked == Asked.PAUSE:
        batch.state = State.PAUSED
        batch.save(update_fields=["state"])
    elif batch.chunks_done < batch.chunks:
        _load_next(batch, now=now, by=by)
        return True
    else:
        _end(batch, State.DONE, now=now, by=by)
    return False


def _check_or_refuse(batch: ImportBatch, *, progress: Report, now: datetime, by: Actor) -> None:
    try:
        with transaction.atomic():
            _check(batch, progress=progress, now=now, by=by)
    except FileRefused as refused:
        batch.state, batch.refusal, batch.finished_at = State.REFUSED, str(refused), now
        batch.save(update_fields=["state", "refusal", "finished_at"])
        forget(batch)


def _check(batch: ImportBatch, *, progress: Report, now: datetime, by: Actor) -> None:
    """Read the file into the batch's area and work out its proposal."""
    operator, area = batch.operator, Area(batch.pk)
    columns, setting = layout_of(batch).columns, choosing.setting_of(operator, now=now)
    area.make()
    with opened_of(batch) as file:
        staged = staging.stage(
            file, columns=columns, setting=setting, batch=batch, area=area, report=progress
        )
        batch.columns = list(file.positions)
    _prepare_connection()
    found = chunks.propose(
        area, operator_id=operator.pk, columns=columns, present=batch.columns, today=setting.today
    )
    _keep_held(batch, found.held)
    batch.proposal = {**asdict(found.counts), "rejected": staged.rejected}
    batch.rows, batch.rejected = staged.rows, staged.rejected
    batch.chunks = chunks.number(staged.last_line)
    batch.state = State.PROPOSED
    if batch.dry_run:
        _count(batch, found.counts)
        _end(batch, State.DONE, now=now, by=by)
    batch.save()


def _load_next(batch: ImportBatch, *, now: datetime, by: Actor) -> None:
    area, today = Area(batch.pk), choosing.setting_of(batch.operator, now=now).today
    _prepare_connection()
    if batch.state == State.APPROVED:
        batch.state = State.LOADING
        _count(batch, chunks.settled(area))
    _count(batch, chunks.load(area, batch.chunks_done, batch=batch, today=today, now=now, by=by))
    batch.chunks_done += 1
    batch.save()


def _end(batch: ImportBatch, state: State, *, now: datetime, by: Actor) -> None:
    """The batch is over; what it no longer needs holds names and goes."""
    if state == State.CANCELLED:
        batch.left_out = batch.rows - sum(getattr(batch, outcome) for outcome in OUTCOMES)
    elif not batch.dry_run:
        _keep_held(batch, chunks.held(Area(batch.pk)))
    Area(batch.pk).drop()
    batch.state, batch.finished_at = state, now
    batch.save()
    forget(batch)
    outcomes = {outcome: getattr(batch, outcome) for outcome in OUTCOMES}
    record(
        action="subscribers.import" if state == State.DONE else "subscribers.import_cancelled",
        subject_type="import_batch",
        subject_id=batch.pk,
        details={"rows": batch.rows, "outcomes": outcomes, "dry_run": batch.dry_run},
        at=now,
        by=by,
    )


def _keep_held(batch: ImportBatch, held: dict[int, rejects.Why]) -> None:
    if held != rejects.held_rows_kept(batch):
        with opened_of(batch) as file:
            rejects.keep_held(batch, file, held)


def _count(batch: ImportBatch, counts: Counts) -> None:
    for outcome, rows in asdict(counts).items():
        setattr(batch, outcome, getattr(batch, outcome) + rows)


def _begin(
    *,
    path: Path,
    file_name: str,
    source: str,
    operator: Operator,
    mapping: str,
    encoding: str | None,
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
    batch = ImportBatch.objects.create(
        operator=operator,
        mapping=mapping,
        mapping_version=version,
        source=source,
        encoding=encoding or "",
        file_name=file_name,
        sha256=sha256,
        size=size,
        dry_run=dry_run,
        transfer_basis=operator.transfer_basis,
        started_at=now,
        actor=str(by),
    )
    ImportProgress.objects.create(batch=batch)
    return batch


def _prepare_connection() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        # Sets of a million rows fit into memory; compiling queries never pays for itself here.
        cursor.execute("SET LOCAL work_mem = '128MB'; SET LOCAL jit = off")
