"""Which of a page's readings came by two roads."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from devices import queries
from devices.kinds.roads import Identity
from devices.models import Device

MOMENT = timedelta(microseconds=1)
DAY = timedelta(days=1)

Repeats = dict[tuple[int, datetime, str], Identity]


def note_roads(page: Sequence[Any], *, kind: str, patient_id: int) -> None:
    """Give each row of a page its `same_as`: None, or what names the reading that it repeats."""
    look = _ROADS.get(kind)
    found = look(page, patient_id) if page and look else {}
    serials = dict(
        Device.objects.filter(pk__in={same.device_id for same in found.values()}).values_list(
            "pk", "serial"
        )
    )
    for row in page:
        same = found.get((row.device_id, row.pk[1], row.device_reading_id))
        row.same_as = same and {
            "device": serials[same.device_id],
            "at": same.measured_at,
            "id": same.device_reading_id,
        }


def _of_pressures(page: Sequence[Any], patient_id: int) -> Repeats:
    times = [row.measured_at for row in page]
    found = queries.blood_pressure(
        patient_id=patient_id, start=min(times), end=max(times) + MOMENT, repeats=True
    )
    return {
        (r.device_id, r.measured_at, r.device_reading_id): r.same_as for r in found if r.same_as
    }


def _of_nights(page: Sequence[Any], patient_id: int) -> Repeats:
    ends = [row.ended_at for row in page]
    found = queries.nights(
        patient_id=patient_id,
        start=(min(ends) - DAY).date(),
        end=(max(ends) + 2 * DAY).date(),
        timezone="UTC",
        repeats=True,
    )
    return {(n.device_id, n.started_at, n.device_reading_id): n.same_as for n in found if n.same_as}


_ROADS: MappingProxyType[str, Callable[[Sequence[Any], int], Repeats]] = MappingProxyType(
    {"blood_pressure": _of_pressures, "sleep": _of_nights}
)
