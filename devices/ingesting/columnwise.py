"""Plain readings of a large body, stored as columns.

They are what most bodies hold: a known device with one holder who consents, a time and values that
can be true, no word more. Whatever is not that, and every row that shares an identity with such a
one, is left to the exact way (`judging`, `storing`), which answers item by item; a property
test holds both to the same answers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import IntegrityError, OperationalError, connection, transaction
from psycopg.errors import UniqueViolation

from devices.binary import binary_cursor
from devices.held import EPOCH, MICROSECOND
from devices.ingesting import partitions
from devices.ingesting.holders import Book
from devices.ingesting.judging import CLOCK_AHEAD
from devices.ingesting.packing import Array, Field, records
from devices.kinds.blood_pressure.columns import NONE, Columns
from devices.kinds.blood_pressure.table import TABLE
from devices.remembering import Memory

# Below this the exact way costs less than a COPY.
SMALL = 40
LOOKS = 5

_COPY = f"COPY {{}} ({','.join(TABLE.names)}) FROM STDIN (FORMAT BINARY)"
_MET = f"SELECT i, same FROM walls.{TABLE.name}_met(%s, %s, %s, %s, %s, %s)"

Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

# Who repeats once, after a night without a network, repeats more: ask before writing.
_repeating: Memory[str, bool] = Memory(lasting=timedelta(minutes=5), size=10_000)


@dataclass(frozen=True, slots=True)
class Plainly:
    """What became of the rows of a body, by their places in it. `rest` is for the exact way."""

    accepted: Places
    duplicate: Places
    rest: Places
    patient_ids: list[int]
    devices: Places
    at: Places


def store(columns: Columns, book: Book, *, sender: str, received_at: datetime) -> Plainly | None:
    """Store the plain readings of a body whose devices are in `book`.

    Call it first in the transaction, with the role of ingest. None: too few to be worth it.
    """
    if len(columns) < SMALL:
        return None
    holders = book.sole_holders(columns.device, len(columns))
    plain = _plain(columns, holders, received_at)
    order, first = _identities(columns, holders, plain)
    kept = order[first & plain[order]]
    if len(kept) < SMALL:
        return None
    # By key, as everybody writes: two posts of the same readings wait in one order.
    keys = (holders[kept, DEVICE], columns.at[kept], holders[kept, PATIENT])
    kept = kept[np.lexsort(keys)]
    _ensure_partitions(columns.at[kept])
    rows = _Rows(columns, holders, received_at)
    fresh, same, other = _write(rows, kept, sender)
    return _sorted_out(columns, plain, order, first, fresh, same, other, holders)


PATIENT, DEVICE, SINCE, SLOT = range(4)


def _plain(columns: Columns, holders: Places, received_at: datetime) -> Mask:
    latest = (received_at + CLOCK_AHEAD - EPOCH) // MICROSECOND
    plain: Mask = (
        (holders[:, DEVICE] != NONE)
        & (columns.at >= holders[:, SINCE])
        & (columns.at <= latest)
        & (columns.user_slot == holders[:, SLOT])
        & columns.plausible()
        & ~columns.crises()
    )
    return plain


def _identities(columns: Columns, holders: Places, plain: Mask) -> tuple[Places, Mask]:
    """The rows by identity, in the order of the body within each; and where each identity begins.

    Where one row of an identity is not plain, none of it is (`plain` changes): who comes first
    is decided in one place.
    """
    device = holders[:, DEVICE]
    order = np.lexsort((columns.at, device))
    first = np.ones(len(order), np.bool_)
    first[1:] = (np.diff(columns.at[order]) != 0) | (np.diff(device[order]) != 0)
    if not plain.all():
        starts = np.flatnonzero(first)
        whole = np.logical_and.reduceat(plain[order], starts)
        plain[order] = np.repeat(whole, np.diff([*starts, len(order)]))
    return order, first


def _sorted_out(
    columns: Columns,
    plain: Mask,
    order: Places,
    first: Mask,
    fresh: Places,
    same: Places,
    other: Places,
    holders: Places,
) -> Plainly:
    """The fate of every row from that of the first of its identity."""
    rest = ~plain
    rest[other] = True
    duplicate = np.zeros(len(plain), np.bool_)
    duplicate[same] = True
    if not first.all():
        leads = order[np.flatnonzero(first)[np.cumsum(first) - 1]]
        follows = ~first
        repeats = np.ones(len(order), np.bool_)
        for values in (columns.systolic, columns.diastolic, columns.pulse):
            repeats &= values[order] == values[leads]
        rest[order] |= follows & (rest[leads] | ~repeats)
        duplicate[order] |= follows & ~rest[order]
    return Plainly(
        accepted=np.sort(fresh),
        duplicate=np.flatnonzero(duplicate),
        rest=np.flatnonzero(rest),
        patient_ids=np.unique(holders[fresh, PATIENT]).tolist(),
        devices=holders[fresh, DEVICE],
        at=columns.at[fresh],
    )


def _ensure_partitions(at: Places) -> None:
    partitions.ensure(TABLE, [_time(month.astype("datetime64[us]")) for month in _months(at)[0]])


def _months(at: Places) -> tuple[Any, Places]:
    """The months (UTC), and each row's place among them."""
    times = np.datetime64("2000-01-01", "us") + at.astype("timedelta64[us]")
    return np.unique(times.astype("datetime64[M]"), return_inverse=True)


def _time(moment: Any) -> datetime:
    found: datetime = moment.item()
    return found.replace(tzinfo=UTC)


# --- writing -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Rows:
    columns: Columns
    holders: Places
    received_at: datetime

    def fields(self, places: Places) -> list[Field]:
        """These rows in the order of the table's columns."""
        columns, holders = self.columns, self.holders[places]
        pulse, slot = columns.pulse[places], columns.user_slot[places]
        values = {
            "patient_id": (holders[:, PATIENT], None),
            "measured_at": (columns.at[places], None),
            "device_id": (holders[:, DEVICE], None),
            "received_at": ((self.received_at - EPOCH) // MICROSECOND, None),
            "systolic": (columns.systolic[places], None),
            "diastolic": (columns.diastolic[places], None),
            "pulse": (pulse, pulse == NONE),
            "flags": (0, None),
            "utc_offset": (columns.utc_offset[places], None),
            "user_slot": (slot, slot == NONE),
        }
        return [Field(type_, *values.get(name, (None, None))) for name, type_ in TABLE.columns]

    def met(self, places: Places) -> tuple[Mask, Mask]:
        """Which of these are stored, and which of them with the same values."""
        columns, holders = self.columns, self.holders[places]
        given = [
            Array("bigint", holders[:, PATIENT]),
            Array("timestamptz", columns.at[places]),
            Array("bigint", holders[:, DEVICE]),
            *(
                Array("smallint", values[places])
                for values in (columns.systolic, columns.diastolic, columns.pulse)
            ),
        ]
        stored, same = np.zeros((2, len(places)), np.bool_)
        with binary_cursor() as cursor:
            cursor.execute(_MET, given)
            for place, says_the_same in cursor.fetchall():
                stored[place - 1], same[place - 1] = True, says_the_same
        return stored, same


def _write(rows: _Rows, places: Places, sender: str) -> tuple[Places, Places, Places]:
    """Write what is new of these sorted rows. Returns what was new, what is stored with the same
    values, and what is stored with others."""
    fresh, same, other = places, places[:0], places[:0]
    looking = _repeating.get(sender, at=rows.received_at) is not None
    for _ in range(LOOKS):
        if looking:
            stored, equal = rows.met(fresh)
            same = np.concatenate([same, fresh[stored & equal]])
            other = np.concatenate([other, fresh[stored & ~equal]])
            fresh = fresh[~stored]
        if _copied(rows, fresh):
            _remember(sender, repeats=len(same) + len(other) > 0, at=rows.received_at)
            return fresh, same, other
        looking = True
    # Others keep storing the same readings between the look and the write: take turns.
    raise OperationalError("These readings keep being stored by somebody else: send them again.")


def _remember(sender: str, *, repeats: bool, at: datetime) -> None:
    if repeats:
        _repeating.keep(sender, True, at=at)
    else:
        _repeating.forget(sender)


def _copied(rows: _Rows, places: Places) -> bool:
    """Whether all of these could be written; if not, none was."""
    if not len(places):
        return True
    try:
        with transaction.atomic():
            for partition, some in _by_partition(rows.columns.at, places):
                _copy(partition, records(rows.fields(some), len(some)))
    except IntegrityError as error:
        if not isinstance(error.__cause__, UniqueViolation):
            raise
        return False
    return True


def _by_partition(at: Places, places: Places) -> Iterator[tuple[str, Places]]:
    months, which = _months(at[places])
    for place, month in enumerate(months):
        name = partitions.name_of(TABLE, _time(month.astype("datetime64[us]")))
        yield name, places[which == place]


def _copy(partition: str, packed: bytes) -> None:
    # Django does not translate the driver's errors in COPY by itself.
    wrapped = connection.wrap_database_errors
    with connection.cursor() as cursor, wrapped, cursor.copy(_COPY.format(partition)) as copy:
        copy.write(packed)
