"""A recording or a single value as oximeters send it, and the reading it says."""

from datetime import datetime, timedelta
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from devices.kinds.oximetry import limits
from devices.kinds.oximetry.stored import StoredOximetry
from devices.kinds.oximetry.table import TABLE
from devices.kinds.reading import Item, Malformed, Row, Time, offset_minutes, utc
from devices.kinds.table import Table

MOST_SAMPLES = 86_400  # a day of one a second
Percent = Annotated[int, Meta(ge=0, le=100)]
Rate = Annotated[int, Meta(ge=0, le=500)]
Percents = Annotated[list[Percent | None], Meta(min_length=1, max_length=MOST_SAMPLES)]
Rates = Annotated[list[Rate | None], Meta(min_length=1, max_length=MOST_SAMPLES)]
Seconds = Annotated[int, Meta(ge=1, le=60)]


class OximetryItem(Item, frozen=True, kw_only=True, gc=False):
    """The native item of kind `oximetry`: a recording (`started_at`, `sample_seconds`, lists), or a
    single value (`measured_at`, numbers)."""

    spo2: Percent | Percents
    pulse: Rate | Rates | None = None
    started_at: Time | None = None
    ended_at: Time | None = None
    sample_seconds: Seconds | None = None
    measured_at: Time | None = None


class Oximetry(msgspec.Struct, frozen=True, gc=False):
    """Samples one after the other. A single value is one sample that lasts no time."""

    kind: ClassVar[str] = "oximetry"
    table: ClassVar[Table] = TABLE

    at: datetime
    until: datetime
    utc_offset: int
    id: str
    user_slot: int | None
    sample_seconds: int
    spo2: list[int | None]
    pulse: list[int | None] | None
    implausible: str | None

    def doubt(self) -> str | None:
        return self.implausible

    def is_crisis(self) -> bool:
        return False

    def row(self, *, patient_id: int, device_id: int, received_at: datetime) -> Row:
        return (
            patient_id,
            self.at,
            device_id,
            self.id,
            received_at,
            self.until,
            self.sample_seconds,
            self.spo2,
            self.pulse,
            self.utc_offset,
            self.user_slot,
        )

    def stored(self, *, patient_id: int, device_id: int) -> StoredOximetry:
        return StoredOximetry(
            patient_id,
            self.at,
            device_id,
            self.id,
            self.until,
            self.sample_seconds,
            tuple(self.spo2),
            None if self.pulse is None else tuple(self.pulse),
            self.utc_offset,
        )


def reading(item: OximetryItem) -> Oximetry:
    """What an item says. Raises Malformed when it is neither a recording nor a single value."""
    return _value(item) if isinstance(item.spo2, int) else _recording(item, item.spo2)


def _recording(item: OximetryItem, spo2: list[int | None]) -> Oximetry:
    if item.started_at is None or item.measured_at is not None:
        raise Malformed("started_at", "a list of samples needs started_at, and no measured_at.")
    if item.sample_seconds is None:
        raise Malformed("sample_seconds", "a list of samples needs the seconds between two.")
    if isinstance(item.pulse, int):
        raise Malformed("pulse", "a list of spo2 goes with a list of pulse, or with none.")
    if item.pulse is not None and len(item.pulse) != len(spo2):
        raise Malformed("pulse", f"has {len(item.pulse)} samples where spo2 has {len(spo2)}.")
    start = utc(item.started_at, "started_at")
    lasts = timedelta(seconds=item.sample_seconds * len(spo2))
    try:
        until = start + lasts
    except OverflowError:
        raise Malformed("started_at", "the recording ends outside of the calendar.") from None
    doubt = limits.doubt_of_series(spo2=spo2, lasts=lasts)
    if item.ended_at is not None:
        said = utc(item.ended_at, "ended_at")
        if abs(said - until) > timedelta(seconds=item.sample_seconds):
            doubt = f"the samples last {lasts}, but started_at to ended_at is {said - start}."
    pulse: list[int | None] | None = item.pulse
    return _reading(item, item.started_at, until, item.sample_seconds, spo2, pulse, doubt)


def _value(item: OximetryItem) -> Oximetry:
    assert isinstance(item.spo2, int)
    if item.measured_at is None or item.started_at is not None:
        raise Malformed("measured_at", "a single spo2 needs measured_at, and no started_at.")
    if item.sample_seconds is not None or item.ended_at is not None:
        raise Malformed("spo2", "sample_seconds and ended_at go with a list of samples.")
    if isinstance(item.pulse, list):
        raise Malformed("pulse", "a single spo2 goes with a single pulse, or with none.")
    doubt = limits.doubt_of_value(spo2=item.spo2, pulse=item.pulse)
    until = utc(item.measured_at, "measured_at")
    pulse: list[int | None] | None = None if item.pulse is None else [item.pulse]
    return _reading(item, item.measured_at, until, 0, [item.spo2], pulse, doubt)


def _reading(
    item: OximetryItem,
    at: datetime,
    until: datetime,
    sample_seconds: int,
    spo2: list[int | None],
    pulse: list[int | None] | None,
    doubt: str | None,
) -> Oximetry:
    return Oximetry(
        at=utc(at, "started_at"),
        until=until,
        utc_offset=offset_minutes(at),
        id=item.own_id,
        user_slot=item.user_slot,
        sample_seconds=sample_seconds,
        spo2=spo2,
        pulse=pulse,
        implausible=doubt,
    )
