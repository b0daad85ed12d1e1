"""When each device was heard last and what it said of itself: battery, firmware, its clock.

`note` is called for every body and asks one statement; it writes a device at most every quarter of
an hour unless something changed. Nothing here is about people.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import F, Q, QuerySet

from devices.archives.serials import PREFIX as ARCHIVE
from devices.binary import binary_cursor
from devices.clocks import KEPT, Drift, drift
from devices.models import Device, DeviceStatus

# Written at most so often, unless battery, firmware or clock changed.
EVERY = timedelta(minutes=15)
# Of so many devices at most a process remembers that it noted them lately.
MOST_NOTED = 200_000
# A lag that is smaller than all by so much says something new about the clock.
NEWS = 60
# Beyond this a lag is a year of archives and no clock: it fits the column.
FARTHEST = 10**9

# Rows that would change nothing are left out before the INSERT: ON CONFLICT would lock them.
_NOTE = f"""
INSERT INTO devices_devicestatus AS s
       (device_id, last_seen_at, battery, firmware, lags, sent_lag)
SELECT n.device_id, n.at, n.battery, coalesce(n.firmware, ''),
       CASE WHEN n.lag IS NULL THEN '{{}}'::int[] ELSE ARRAY[n.lag] END, n.sent_lag
  FROM unnest(%s::bigint[], %s::timestamptz[], %s::smallint[], %s::text[], %s::int[], %s::int[])
       AS n(device_id, at, battery, firmware, lag, sent_lag)
  LEFT JOIN devices_devicestatus o ON o.device_id = n.device_id
 WHERE o.device_id IS NULL
    OR o.last_seen_at <= n.at - %s::interval
    OR n.battery <> coalesce(o.battery, -1)
    OR n.firmware <> o.firmware
    OR n.lag < coalesce((SELECT min(l) FROM unnest(o.lags) l), 0) - {NEWS}
    OR abs(n.sent_lag - coalesce(o.sent_lag, {FARTHEST})) > {NEWS}
 ORDER BY n.device_id
    ON CONFLICT (device_id) DO UPDATE
   SET last_seen_at = greatest(s.last_seen_at, EXCLUDED.last_seen_at),
       battery = coalesce(EXCLUDED.battery, s.battery),
       firmware = CASE WHEN EXCLUDED.firmware = '' THEN s.firmware ELSE EXCLUDED.firmware END,
       lags = (EXCLUDED.lags || s.lags)[1:{KEPT}],
       sent_lag = coalesce(EXCLUDED.sent_lag, s.sent_lag)
"""


@dataclass(frozen=True, slots=True)
class Heard:
    """What one body said of one device. `latest`: the latest time that it names; `sent_at`: when
    the device sent, by its own clock."""

    device_id: int
    latest: datetime | None = None
    battery: int | None = None
    firmware: str | None = None
    sent_at: datetime | None = None


class Noted:
    """Which devices this process noted in the last quarter of an hour. It is a guess: a note may
    have been undone with its transaction, and the next one is due soon."""

    def __init__(self) -> None:
        self._since = datetime.min.replace(tzinfo=UTC)
        self._ids: set[int] = set()

    def others(self, device_ids: Iterable[int], *, at: datetime) -> set[int]:
        """Those of the devices that are not, and from now on are."""
        if not self._since <= at < self._since + EVERY or len(self._ids) > MOST_NOTED:
            self._since, self._ids = at, set()
        found = set(device_ids) - self._ids
        self._ids |= found
        return found


noted = Noted()


def due(latest: Mapping[int, datetime], *, received_at: datetime) -> list[Heard]:
    """What to `note` of devices that said nothing of themselves, by the latest time that each
    named: nothing of those that this process noted lately."""
    return [Heard(id_, latest[id_]) for id_ in noted.others(latest, at=received_at)]


def note(heard: Iterable[Heard], *, received_at: datetime) -> None:
    """These devices were heard in one body; one entry a device. One statement, in the transaction
    that stores and in any scope that may write: ingest's or the system's."""
    rows = [
        (
            one.device_id,
            received_at,
            one.battery,
            one.firmware,
            _lag(one.latest, received_at),
            _lag(one.sent_at, received_at),
        )
        for one in sorted(heard, key=lambda one: one.device_id)
    ]
    if rows:
        with binary_cursor() as cursor:
            cursor.execute(_NOTE, [*map(list, zip(*rows, strict=True)), EVERY], prepare=True)


def silent(*, days: int, now: datetime) -> QuerySet[Device]:
    """Devices in somebody's hands that were not heard for so many days: by serial, with
    `last_seen_at` (None: never) and their status. Needs a scope that covers the holders."""
    since = now - timedelta(days=days)
    held = Device.objects.filter(
        retired_at=None, holdings__period__contains=now, holdings__period__startswith__lte=since
    ).exclude(serial__startswith=ARCHIVE)
    return (
        held.filter(Q(status=None) | Q(status__last_seen_at__lt=since))
        .annotate(last_seen_at=F("status__last_seen_at"))
        .select_related("status")
        .order_by("serial")
        .distinct()
    )


def drift_of(status: DeviceStatus | None) -> Drift | None:
    """What is known of the clock of a device."""
    if status is None:
        return None
    return drift(lags=status.lags, sent_lag=status.sent_lag)


def _lag(time: datetime | None, received_at: datetime) -> int | None:
    if time is None:
        return None
    lag = (received_at - time).total_seconds()
    return round(min(max(lag, -FARTHEST), FARTHEST))
