"""Monthly partitions, made when a reading first needs one."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from devices.kinds.table import Table

Month = tuple[str, int, int]
_known: set[Month] = set()
# One maker at a time; the others wait here before they touch a reading, so nobody waits in a ring.
_LOCK = 0x6D6D7061


def ensure(table: Table, times: Iterable[datetime]) -> None:
    """Make sure that every month (UTC) of these times has its partition.

    Months this process has seen committed cost nothing. Call it before the first insert of a
    transaction.
    """
    wanted = {_month(table, time) for time in times}
    for month in sorted(wanted - _known):
        _ensure(table, month)


def known(table: Table, times: Iterable[datetime]) -> bool:
    """Whether this process has seen a partition for every month of these times."""
    return all(_month(table, time) in _known for time in times)


def name_of(table: Table, time: datetime) -> str:
    """The partition in which readings of that time lie."""
    return _name(_month(table, time))


def forget() -> None:
    """Ask the database again: a partition that was known is not there (a restored backup)."""
    _known.clear()


def _month(table: Table, time: datetime) -> Month:
    time = time.astimezone(UTC)
    return (table.name, time.year, time.month)


def _name(month: Month) -> str:
    name, year, number = month
    return f"{name}_{year:04d}_{number:02d}"


def _ensure(table: Table, month: Month) -> None:
    name = _name(month)
    with connection.cursor() as cursor:
        if not _exists(cursor, table, name):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            if not _exists(cursor, table, name):
                # A function of the owner's: the role that takes readings in makes no tables.
                _, year, number = month
                cursor.execute(
                    "SELECT devices_make_partition(%s, %s)", [table.name, date(year, number, 1)]
                )
    transaction.on_commit(lambda: _known.add(month))


def _exists(cursor: CursorWrapper, table: Table, name: str) -> bool:
    # Not to_regclass(): after the wait it would still answer from this session's cache.
    cursor.execute(
        "SELECT EXISTS (SELECT 1 FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = %s::regclass AND c.relname = %s)",
        [table.name, name],
    )
    found: tuple[bool] = cursor.fetchone()
    return found[0]
