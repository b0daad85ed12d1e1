"""What people say of a proposed file: load it, halt, go on, leave it.

Approval is given in words that name the number of rows, by one person, or by two for a file that
would write many (`IMPORT_SECOND_APPROVAL`). All are called in the scope of the operator whose file
it is; who rings the worker is the door.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from healthcare.accounts.models import User
from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.subscribers import sequences
from healthcare.subscribers.models import (
    IN_WORK,
    Asked,
    ImportApproval,
    ImportBatch,
    ImportProgress,
    State,
)


class CannotApprove(ValueError):
    """What was asked cannot be; the message says why and what to do."""


def words(batch: ImportBatch) -> str:
    """What has to be written to approve this proposal."""
    return f"load {writes(batch)} rows"


def writes(batch: ImportBatch) -> int:
    """How many rows the proposal would create or update."""
    proposal = batch.proposal or {}
    return int(proposal.get("created", 0)) + int(proposal.get("updated", 0))


def needed(batch: ImportBatch) -> int:
    """How many people have to approve it."""
    return 2 if writes(batch) >= settings.IMPORT_SECOND_APPROVAL else 1


@transaction.atomic
def approve(*, batch: ImportBatch, said: str, now: datetime, by: User) -> ImportBatch:
    """One person's word. The batch is `approved` once enough people gave theirs.

    Raises:
        CannotApprove: it is not waiting for approval, the words differ, this person approved it
            before and a second one is needed, or a later file of the operator was taken in.
    """
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    _may_be_approved(batch)
    if " ".join(said.split()) != words(batch):
        raise CannotApprove(f"Write exactly: {words(batch)}")
    if ImportApproval.objects.filter(batch=batch, user=by).exists():
        raise CannotApprove("You approved this file already: a second person has to.")
    ImportApproval.objects.create(batch=batch, user=by, words=words(batch), at=now)
    _note("subscribers.import_approved", batch, now, by.actor)
    if ImportApproval.objects.filter(batch=batch).count() >= needed(batch):
        batch.state = State.APPROVED
        batch.save(update_fields=["state"])
    return batch


@transaction.atomic
def approve_by_command(*, batch: ImportBatch, now: datetime, by: Actor) -> None:
    """Whoever may run commands on the server may load a file at once; the audit log names it.

    Raises:
        CannotApprove: it is not waiting for approval, or a later file was taken in.
    """
    _may_be_approved(batch)
    batch.state = State.APPROVED
    batch.save(update_fields=["state"])
    _note("subscribers.import_approved", batch, now, by)


@transaction.atomic
def pause(*, batch: ImportBatch, now: datetime, by: Actor) -> None:
    """The load halts before its next chunk. Again changes nothing.

    Raises:
        CannotApprove: it is not approved or loading.
    """
    if batch.state not in (State.APPROVED, State.LOADING):
        raise CannotApprove(f"This file is {batch.get_state_display()}: it cannot be paused.")
    _ask(batch, Asked.PAUSE)
    _note("subscribers.import_paused", batch, now, by)


@transaction.atomic
def resume(*, batch: ImportBatch, now: datetime, by: Actor) -> None:
    """The load goes on where it halted.

    Raises:
        CannotApprove: it is neither paused nor about to be.
    """
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if batch.state not in (State.PAUSED, State.APPROVED, State.LOADING):
        raise CannotApprove(f"This file is {batch.get_state_display()}: it is not paused.")
    _ask(batch, Asked.NOTHING)
    if batch.state == State.PAUSED:
        batch.state = State.LOADING if batch.chunks_done else State.APPROVED
        batch.save(update_fields=["state"])
    _note("subscribers.import_resumed", batch, now, by)


@transaction.atomic
def cancel(*, batch: ImportBatch, now: datetime, by: Actor) -> None:
    """Load no further chunk. What was loaded stays; `undoing.roll_back` takes it back.

    Raises:
        CannotApprove: it has ended.
    """
    if batch.state not in (*IN_WORK, State.PROPOSED, State.PAUSED):
        raise CannotApprove(f"This file is {batch.get_state_display()}: it cannot be cancelled.")
    _ask(batch, Asked.CANCEL)
    _note("subscribers.import_cancel_asked", batch, now, by)


def _may_be_approved(batch: ImportBatch) -> None:
    if batch.state != State.PROPOSED:
        raise CannotApprove(
            f"This file is {batch.get_state_display()}: there is nothing to approve."
        )
    sequences.hold(batch.operator)
    try:
        sequences.confirm(batch)
    except sequences.OutOfSequence as error:
        raise CannotApprove(str(error)) from error


def _ask(batch: ImportBatch, asked: Asked) -> None:
    # A row of its own, because the batch is locked while a chunk is written.
    ImportProgress.objects.filter(batch=batch).update(asked=asked)


def _note(action: str, batch: ImportBatch, now: datetime, by: Actor) -> None:
    record(action=action, subject_type="import_batch", subject_id=batch.pk, at=now, by=by)
