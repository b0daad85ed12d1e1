"""The one way in for readings: idempotent, committed before it is answered.

How one item goes: whose is it (`ingesting.holders`), can it be true (`ingesting.judging`), is it
new (`ingesting.storing`), should the person act (`ingesting.advising`). Every item has a result;
none spoils another. Plain readings of large bodies go the same way as columns
(`ingesting.columnwise`).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from devices import quarantine
from devices.authenticating import Credential
from devices.ingesting import advising, columnwise, partitions
from devices.ingesting.columnwise import Plainly
from devices.ingesting.fingerprints import fingerprint
from devices.ingesting.holders import Book, open_book
from devices.ingesting.judging import Held, Placed, judge
from devices.ingesting.results import Result
from devices.ingesting.storing import Stored, store
from devices.kinds.known import KINDS
from devices.kinds.table import Table
from devices.models import ConflictCause, ReadingConflict
from devices.signals import readings_stored, readings_suspect
from devices.wire.batch import Batch

OTHER_VALUES = "this reading is stored with other values; yours is kept for review."
OTHER_TIME = "the device used this id for another time; both are kept, for review."


def take_in(items: Batch, *, credential: Credential, received_at: datetime) -> list[Result]:
    """Store a body's readings and answer each item, in order.

    Call it inside `acting_in(Scope.ingest())`; answer the device only after that block has
    committed. Sends `readings_stored` and `readings_suspect` inside the transaction.

    Raises:
        Stale: what was remembered of a device has changed; nothing must be stored.
    """
    book = open_book(credential=credential, serials=_serials(items), received_at=received_at)
    plain = None
    if items.columns is not None:
        sender = f"{credential.actor.kind} {credential.actor.id}"
        plain = columnwise.store(items.columns, book, sender=sender, received_at=received_at)
    rest = range(len(items)) if plain is None else plain.rest.tolist()
    results = _take_in_each(rest, items, plain, credential, book, received_at)
    if plain is not None:
        results += [Result(i, "accepted") for i in plain.accepted.tolist()]
        results += [Result(i, "duplicate") for i in plain.duplicate.tolist()]
        results.sort(key=lambda result: result.index)
    book.confirm()
    return results


def _serials(items: Batch) -> Sequence[str]:
    if items.columns is not None:
        return items.columns.device or ()
    return [entry.device for entry in items if entry.device]


def _take_in_each(
    places: Iterable[int],
    items: Batch,
    plain: Plainly | None,
    credential: Credential,
    book: Book,
    received_at: datetime,
) -> list[Result]:
    """The exact way, item by item, for these places of the body; and what follows for all."""
    verdicts = [
        judge(i, items[i], credential=credential, book=book, received_at=received_at)
        for i in places
    ]
    placed = [verdict for verdict in verdicts if isinstance(verdict, Placed)]
    held = [verdict for verdict in verdicts if isinstance(verdict, Held)]
    stored = _store(placed, book, received_at)
    _keep_conflicts(stored, items, received_at)
    kept = quarantine.hold(held, items=items, credential=credential, received_at=received_at)
    archived = credential.archived
    alarming = [] if archived else advising.alarming(held, received_at=received_at)
    _tell_stored(stored, plain, received_at, archived)
    _tell_suspect(alarming, kept, received_at)
    results = [verdict for verdict in verdicts if isinstance(verdict, Result)]
    results += _answers(stored) + [_answer_held(item) for item in held]
    results.sort(key=lambda result: result.index)
    by_index = {result.index: result for result in results}
    advice = {} if archived else advising.advise(placed, received_at=received_at)
    for index, words in advice.items():
        by_index[index].advice = words
    for item in alarming:
        by_index[item.index].advice = "measure_again"
    return results


def _store(placed: Sequence[Placed], book: Book, received_at: datetime) -> list[Stored]:
    # In one order of tables for everybody, so that two posts never wait for each other in a ring.
    by_kind: dict[Table, list[Placed]] = {kind.table: [] for kind in KINDS.values()}
    for entry in placed:
        by_kind[entry.reading.table].append(entry)
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


def _tell_stored(
    stored: Iterable[Stored], plain: Plainly | None, received_at: datetime, archived: bool
) -> None:
    accepted = [entry for found in stored for entry in found.accepted]
    people = {entry.patient_id for entry in accepted}
    people.update(plain.patient_ids if plain is not None else ())
    if people:
        readings_stored.send(
            sender=None,
            patient_ids=sorted(people),
            crises=[
                entry.reading.stored(patient_id=entry.patient_id, device_id=entry.device_id)
                for entry in accepted
                if entry.reading.is_crisis()
            ],
            received_at=received_at,
            archived=archived,
        )


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
