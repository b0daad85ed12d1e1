"""Monthly partitions, made when a reading first needs one."""

from collections.abc import Iterable
from datetime import UTC, datetime

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


def forget() -> None:
    """Ask the database again: a partition that was known is not there (a restored backup)."""
    _known.clear()


def _month(table: Table, time: datetime) -> Month:
    time = time.astimezone(UTC)
    return (table.name, time.year, time.month)


def _ensure(table: Table, month: Month) -> None:
    _, year, number = month
    name = f"{table.name}_{year:04d}_{number:02d}"
    start = f"{year:04d}-{number:02d}-01 00:00+00"
    end = f"{year + number // 12:04d}-{number % 12 + 1:02d}-01 00:00+00"
    with connection.cursor() as cursor:
        if not _exists(cursor, table, name):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            if not _exists(cursor, table, name):
                # Made apart and then attached: CREATE TABLE ... PARTITION OF would stop every
                # reader and writer of all other months while it waits for the last of them.
                cursor.execute(f"CREATE TABLE {name} (LIKE {table.name} INCLUDING ALL)")
                cursor.execute(
                    f"ALTER TABLE {table.name} ATTACH PARTITION {name}"
                    f" FOR VALUES FROM ('{start}') TO ('{end}')"
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
