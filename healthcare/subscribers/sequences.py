"""The operator's count of its files: none is taken in after a later one, none stands for two."""

from django.db.models import Max, QuerySet

from healthcare.subscribers.models import TAKEN, ImportBatch, Operator


class OutOfSequence(ValueError):
    """The file has no place in the operator's count; the message says why and what to do."""


def confirm(batch: ImportBatch) -> None:
    """The file may follow those that were taken in. Call it again in the transaction that approves.

    The same file again may come at any time; a gap is no error, and `gap` tells of it.

    Raises:
        OutOfSequence: a later file of this operator was taken in, or another file of this number.
    """
    if batch.sequence is None:
        return
    last = _last(batch)
    if last is not None and batch.sequence < last:
        raise OutOfSequence(
            f"Sequence {batch.sequence} comes after {last}, which was taken in: it would bring back"
            " what has changed since. Send the newest extract, or roll the later ones back first."
        )
    other = _taken(batch).filter(sequence=batch.sequence).exclude(sha256=batch.sha256).first()
    if other is not None:
        raise OutOfSequence(
            f"Sequence {batch.sequence} was another file, {other.file_name!r} (batch {other.pk}):"
            " every extract has a number of its own."
        )


def hold(operator: Operator) -> None:
    """Nobody else approves a file of this operator until the transaction ends."""
    Operator.objects.select_for_update(no_key=True).get(pk=operator.pk)


def gap(batch: ImportBatch) -> tuple[int, int] | None:
    """The first and last number between this file and the one taken in before it; None without."""
    if batch.sequence is None:
        return None
    before = _taken(batch).filter(sequence__lt=batch.sequence)
    last = before.aggregate(last=Max("sequence"))["last"]
    if last is None or last + 1 == batch.sequence:
        return None
    return last + 1, batch.sequence - 1


def _last(batch: ImportBatch) -> int | None:
    last: int | None = _taken(batch).aggregate(last=Max("sequence"))["last"]
    return last


def _taken(batch: ImportBatch) -> QuerySet[ImportBatch]:
    mine = ImportBatch.objects.filter(operator=batch.operator_id, sequence__isnull=False)
    return mine.filter(state__in=TAKEN, dry_run=False, rolled_back_at=None).exclude(pk=batch.pk)
