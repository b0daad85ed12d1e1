"""A person's stored readings one by one, of every kind, with what was said of them afterwards.

Unlike `devices.queries` this shows also what no longer counts: people who decide about a reading,
or look for one that is gone, must see it. Every question needs a scope.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from devices.kinds.known import KINDS
from devices.models import READINGS, ReadingRetraction
from devices.stored_rows import Identity, named_by


class NoSuchReading(LookupError):
    """The scope covers no reading of that identity."""


@dataclass(frozen=True, slots=True)
class SingleReading:
    """One stored reading. `stored` is the kind's own `Stored...`; `retraction` stands against it,
    None when it counts."""

    identity: Identity
    stored: Any
    serial: str
    model: str
    retraction: ReadingRetraction | None

    @property
    def kind(self) -> str:
        """The name of its kind."""
        return self.identity.kind

    @property
    def at(self) -> datetime:
        """The time that names it: of what lasts, its start."""
        return self.identity.at


def of_period(*, patient_id: int, start: datetime, end: datetime, most: int) -> list[SingleReading]:
    """What was measured in [start, end), newest first; of each kind at most `most`."""
    said = _said(patient_id, start, end)
    found = []
    for kind in KINDS:
        rows = _rows(kind, patient_id).filter(**_within(kind, start, end))
        time = KINDS[kind].table.time
        found += _singles(kind, rows.order_by(f"-{time}")[:most], said)
    return sorted(found, key=lambda one: one.identity.at, reverse=True)


def retracted(*, patient_id: int, start: datetime, end: datetime) -> list[SingleReading]:
    """Of those only what no longer counts, newest first. One look into a small index when there is
    none."""
    said = _said(patient_id, start, end)
    found = []
    for kind in {identity.kind for identity in said}:
        times = [identity.at for identity in said if identity.kind == kind]
        rows = _rows(kind, patient_id).filter(**{f"{KINDS[kind].table.time}__in": times})
        found += [one for one in _singles(kind, rows, said) if one.retraction is not None]
    return sorted(found, key=lambda one: one.identity.at, reverse=True)


def one(reading: Identity) -> SingleReading:
    """The reading of that identity. Raises NoSuchReading."""
    if reading.kind not in KINDS:
        raise NoSuchReading
    rows = _rows(reading.kind, reading.patient_id).filter(
        device_id=reading.device_id,
        device_reading_id=reading.device_reading_id,
        **{KINDS[reading.kind].table.time: reading.at},
    )
    said = _said(reading.patient_id, reading.at, None)
    for found in _singles(reading.kind, rows, said):
        return found
    raise NoSuchReading


def _said(
    patient_id: int, start: datetime, end: datetime | None
) -> Mapping[Identity, ReadingRetraction]:
    """What stands against readings of [start, end); without an end, of just that moment."""
    when = {"measured_at": start} if end is None else _bounds("measured_at", start, end)
    rows = ReadingRetraction.objects.filter(patient_id=patient_id, restored_at=None, **when)
    return {named_by(row): row for row in rows}


def _rows(kind: str, patient_id: int) -> QuerySet[Any]:
    rows: QuerySet[Any] = READINGS[kind]._default_manager.filter(patient_id=patient_id)
    return rows.select_related("device")


def _within(kind: str, start: datetime, end: datetime) -> dict[str, datetime]:
    return _bounds(KINDS[kind].table.time, start, end)


def _bounds(column: str, start: datetime, end: datetime) -> dict[str, datetime]:
    return {f"{column}__gte": start, f"{column}__lt": end}


def _singles(
    kind: str, rows: Iterable[Any], said: Mapping[Identity, ReadingRetraction]
) -> list[SingleReading]:
    known = KINDS[kind]
    found = []
    for row in rows:
        values = tuple(getattr(row, name) for name in known.table.names)
        identity = Identity(values[0], kind, *values[1:4])
        found.append(
            SingleReading(
                identity,
                known.stored(values),
                row.device.serial,
                row.device.model,
                said.get(identity),
            )
        )
    return found
