"""Leading a subscriber file on, one step at a time: checked, then loaded chunk by chunk.

A step is one transaction that locks the batch, so a process that is killed leaves the batch as it
was before the step, and whoever leads on does that step again.
"""

from dataclasses import asdict
from datetime import datetime

from django.db import connection, transaction

from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.subscribers.files import forget, layout_of, opened_of
from healthcare.subscribers.loading import choosing, chunks, outcomes, reconciling, rejects, staging
from healthcare.subscribers.loading.area import Area
from healthcare.subscribers.loading.merging import Counts
from healthcare.subscribers.loading.progress import Report, silent
from healthcare.subscribers.loading.refusing import FileRefused
from healthcare.subscribers.models import (
    IN_WORK,
    Asked,
    ImportBatch,
    ImportProgress,
    Outcome,
    State,
)

# One import at a time: two that meet over a number would each believe it free.
LOCK = 0x6D696D69
OUTCOMES = tuple(outcome.value for outcome in Outcome)


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
            check(batch, progress=progress, now=now, by=by)
    except FileRefused as refused:
        batch.state, batch.refusal, batch.finished_at = State.REFUSED, str(refused), now
        batch.save(update_fields=["state", "refusal", "finished_at"])
        forget(batch)


def check(batch: ImportBatch, *, progress: Report, now: datetime, by: Actor) -> None:
    """Read the file into the batch's area and work out its proposal and its sheet.

    Raises:
        FileRefused: the file as a whole cannot be read, or is not the one its manifest declares.
    """
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
    batch.sheet = reconciling.sheet(batch, outcomes.proposed(area), columns, setting)
    reconciling.confirm(batch)
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
        _count(batch, chunks.settle(area))
    _count(batch, chunks.load(area, batch.chunks_done, batch=batch, today=today, now=now, by=by))
    batch.chunks_done += 1
    batch.save()


def _end(batch: ImportBatch, state: State, *, now: datetime, by: Actor) -> None:
    """The batch is over: what became of each line is kept; what holds names goes."""
    if state == State.CANCELLED:
        batch.left_out = batch.rows - sum(getattr(batch, outcome) for outcome in OUTCOMES)
    elif not batch.dry_run:
        _keep_held(batch, chunks.held(Area(batch.pk)))
    if batch.sheet is not None:
        _reconcile(batch, now=now)
    Area(batch.pk).drop()
    batch.state, batch.finished_at = state, now
    batch.save()
    forget(batch)
    counts = {outcome: getattr(batch, outcome) for outcome in OUTCOMES}
    record(
        action="subscribers.import" if state == State.DONE else "subscribers.import_cancelled",
        subject_type="import_batch",
        subject_id=batch.pk,
        details={"rows": batch.rows, "outcomes": counts, "dry_run": batch.dry_run},
        at=now,
        by=by,
    )


def _reconcile(batch: ImportBatch, *, now: datetime) -> None:
    area = Area(batch.pk)
    if batch.dry_run:
        outcomes.keep(batch, outcomes.proposed(area))
        return
    rows, setting = outcomes.loaded(area), choosing.setting_of(batch.operator, now=now)
    batch.sheet = reconciling.sheet(batch, rows, layout_of(batch).columns, setting)
    outcomes.keep(batch, rows)


def _keep_held(batch: ImportBatch, held: dict[int, rejects.Why]) -> None:
    if held != rejects.held_rows_kept(batch):
        with opened_of(batch) as file:
            rejects.keep_held(batch, file, held)


def _count(batch: ImportBatch, counts: Counts) -> None:
    for outcome, rows in asdict(counts).items():
        setattr(batch, outcome, getattr(batch, outcome) + rows)


def _prepare_connection() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        # Sets of a million rows fit into memory; compiling queries never pays for itself here.
        cursor.execute("SET LOCAL work_mem = '128MB'; SET LOCAL jit = off")
        # Tables that are looked at once do not repay a sample of 30,000 rows each.
        cursor.execute("SET LOCAL default_statistics_target = 10")
