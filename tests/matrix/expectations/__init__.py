"""The table. One file a room; `ENTRIES` is all of it."""

from tests.matrix.expectations import (
    account,
    clinic,
    devices,
    member,
    operator,
    packages,
    platform,
    public,
    reports,
)
from tests.matrix.table import Entry

ROOMS: tuple[tuple[Entry, ...], ...] = (
    public.ENTRIES,
    account.ENTRIES,
    clinic.ENTRIES,
    member.ENTRIES,
    operator.ENTRIES,
    devices.ENTRIES,
    packages.ENTRIES,
    reports.ENTRIES,
    platform.ENTRIES,
)
ENTRIES = {entry.name: entry for room in ROOMS for entry in room}
