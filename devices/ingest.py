"""The one way in for readings: idempotent, committed before it is answered.

How one item goes: whose is it (`ingesting.holders`), can it be true (`ingesting.judging`), is it
new (`ingesting.storing`), should the person act (`ingesting.advising`). Every item has a result;
none spoils another.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from devices import quarantine, status
from devices.authenticating import Credential
from devices.ingesting import advising, partitions
from devices.ingesting.fingerprints import fingerprint
from devices.ingesting.hearing import heard
from devices.ingesting.holders import Book, open_book
from devices.ingesting.judging import Held, Placed, judge
from devices.ingesting.results import Advice, Result
from devices.ingesting.storing import Stored, store
from devices.kinds.known import KINDS
from devices.models import ConflictCause, ReadingConflict
from devices.signals import readings_stored, readings_suspect
from devices.wire.batch import Batch
from healthcare.hospitals.scope import Scope, acting_in

OTHER_VALUES = "this reading is stored with other values; yours is kept for review."
OTHER_TIME = "the device used this id for another time; both are kept, for review."


def take_in(items: Batch, *, credential: Credential, received_at: datetime) -> list[Result]:
    """Store a body's readings and answer each item, in order.

    Call it inside `acting_in(Scope.ingest())`; answer the device only after that block has
    committed. Sends `readings_stored` and `readings_suspect` inside the transaction, in the scope
    of the people whose readings they are.
    """
    serials = [entry.device for entry in items if entry.device]
    book = open_book(credential=credential, serials=serials, received_at=received_at)
    verdicts = [
        judge(i, entry, credential=credential, book=book, received_at=received_at)
        for i, entry in enumerate(items)
    ]
    placed = [verdict for verdict in verdicts if isinstance(verdict, Placed)]
    held = [verdict for verdict in verdicts if isinstance(verdict, Held)]
    stored = _store(placed, book, received_at)
    _keep_conflicts(stored, items, received_at)
    kept = quarantine.hold(held, items=items, credential=credential, received_at=received_at)
    alarming = advising.alarming(held, received_at=received_at)
    advice = _tell(placed, stored, alarming, kept, received_at)
    status.note(heard(items, verdicts), received_at=received_at)
    results = [verdict for verdict in verdicts if isinstance(verdict, Result)]
    results += _answers(stored) + [_answer_held(item) for item in held]
    results.sort(key=lambda result: result.index)
    for index, words in advice.items():
        results[index].advice = words
    for item in alarming:
        results[item.index].advice = "measure_again"
    return results


def _store(placed: Sequence[Placed], book: Book, received_at: datetime) -> list[Stored]:
    by_kind = {
        kind.table: [entry for entry in placed if entry.reading.table is kind.table]
        for kind in KINDS.values()
    }
    # All partitions before the first row: making one must not wait behind our own rows.
    for table, entries in by_kind.items():
        partitions.ensure(table, (entry.reading.at for entry in entries))
    return [
        store(
            table,
            entries,
            shared=book.shared(entry.device_id for entry in entries),
            received_at=received_at,
        )
        for table, entries in by_kind.items()
        if entries
    ]


def _keep_conflicts(stored: Iterable[Stored], items: Batch, received_at: datetime) -> None:
    rows = [
        ReadingConflict(
            patient_id=entry.patient_id,
            device_id=entry.device_id,
            kind=entry.reading.kind,
            cause=cause,
            measured_at=entry.reading.at,
            device_reading_id=entry.reading.id,
            payload=items.text(entry.index),
            received_at=received_at,
            fingerprint=fingerprint(items.text(entry.index), cause, entry.device_id),
        )
        for found in stored
        for cause, entries in (
            (ConflictCause.OTHER_VALUES, found.conflict),
            (ConflictCause.OTHER_TIME, found.same_id),
        )
        for entry in entries
    ]
    if rows:
        rows.sort(key=lambda row: bytes(row.fingerprint))
        ReadingConflict.objects.bulk_create(rows, ignore_conflicts=True)


def _tell(
    placed: Sequence[Placed],
    stored: Sequence[Stored],
    alarming: Sequence[Held],
    kept: Mapping[int, int],
    received_at: datetime,
) -> dict[int, Advice]:
    """What follows from the readings, as the application: the role of ingest sees no values."""
    people = {entry.patient_id for entry in placed}
    people |= {item.patient_id for item in alarming if item.patient_id is not None}
    if not people:
        return {}
    with acting_in(Scope.people(frozenset(people)), savepoint=False):
        _tell_stored(stored, received_at)
        _tell_suspect(alarming, kept, received_at)
        return advising.advise(placed, received_at=received_at)


def _tell_stored(stored: Iterable[Stored], received_at: datetime) -> None:
    readings = [
        entry.reading.stored(patient_id=entry.patient_id, device_id=entry.device_id)
        for found in stored
        for entry in found.accepted
    ]
    if readings:
        readings_stored.send(sender=None, readings=readings, received_at=received_at)


def _tell_suspect(alarming: Iterable[Held], kept: Mapping[int, int], received_at: datetime) -> None:
    known = [item for item in alarming if item.index in kept]
    if known:
        readings_suspect.send(
            sender=None,
            patient_ids=[item.patient_id for item in known],
            item_ids=[kept[item.index] for item in known],
            received_at=received_at,
        )


def _answers(stored: Iterable[Stored]) -> list[Result]:
    results = []
    for found in stored:
        same_id = {entry.index for entry in found.same_id}
        for entry in found.accepted:
            result = Result(entry.index, "accepted", entry.id)
            if entry.index in same_id:
                result.code, result.detail = "id_seen_before", OTHER_TIME
            results.append(result)
        results += [Result(entry.index, "duplicate", entry.id) for entry in found.duplicate]
        results += [
            Result(entry.index, "conflict", entry.id, "other_values", OTHER_VALUES)
            for entry in found.conflict
        ]
    return results


def _answer_held(item: Held) -> Result:
    return Result(item.index, "quarantined", item.id, item.code.value, item.detail)
