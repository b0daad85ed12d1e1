"""A night as devices send it, by stages or by hypnogram, and the reading it says."""

from collections.abc import Iterable
from collections.abc import Sequence as Listed
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from devices.kinds.reading import Item, Malformed, Row, Time, half_up, offset_minutes, utc
from devices.kinds.sleep import limits
from devices.kinds.sleep.stored import StoredNight
from devices.kinds.sleep.table import TABLE
from devices.kinds.table import Table

# A stage's place is its code in the database: append, never reorder.
STAGES = ("awake", "light", "deep", "rem", "n1", "n2", "n3", "asleep", "unknown")
StageName = Literal["awake", "light", "deep", "rem", "n1", "n2", "n3", "asleep", "unknown"]
LETTERS = {
    "W": "awake",
    "1": "n1",
    "2": "n2",
    "3": "n3",
    "R": "rem",
    "L": "light",
    "D": "deep",
    "?": "unknown",
}
MICROSECONDS_A_MINUTE = 60_000_000
MICROSECONDS_A_SECOND = 1_000_000
MOST_MINUTES = 10_000  # keeps arithmetic small; limits.LONGEST says what a night can be

Minutes = Annotated[float, Meta(ge=0, le=MOST_MINUTES)]
EpochSeconds = Annotated[float, Meta(gt=0, le=600)]
Letters = Annotated[str, Meta(min_length=1, max_length=100_000, pattern=r"^[W123RLD?]+\Z")]


class StageItem(msgspec.Struct, frozen=True, gc=False):
    """One stage and how long it lasted."""

    stage: StageName
    minutes: Minutes


class SleepItem(Item, frozen=True, kw_only=True, gc=False):
    """The native item of kind `sleep`: `stages`, or `hypnogram` with `epoch_seconds`."""

    started_at: Time
    ended_at: Time
    stages: Annotated[list[StageItem], Meta(min_length=1, max_length=5_000)] | None = None
    hypnogram: Letters | None = None
    epoch_seconds: EpochSeconds | None = None


class Night(msgspec.Struct, frozen=True, gc=False):
    """A time in bed. Runs of one stage are one stage; durations are whole microseconds."""

    kind: ClassVar[str] = "sleep"
    table: ClassVar[Table] = TABLE

    at: datetime
    until: datetime
    utc_offset: int
    ended_utc_offset: int
    id: str
    user_slot: int | None
    stages: list[int]
    microseconds: list[int]
    epoch: timedelta

    def doubt(self) -> str | None:
        return limits.doubt(
            in_bed=self.until - self.at,
            staged=timedelta(microseconds=sum(self.microseconds)),
            epoch=self.epoch,
        )

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
            self.stages,
            self.microseconds,
            self.utc_offset,
            self.ended_utc_offset,
            self.user_slot,
        )

    def stored(self, *, patient_id: int, device_id: int) -> StoredNight:
        return StoredNight(
            patient_id,
            self.at,
            device_id,
            self.id,
            self.until,
            staged(self.stages, self.microseconds),
            self.utc_offset,
            self.ended_utc_offset,
        )


def reading(item: SleepItem) -> Night:
    """The night an item says. Raises Malformed when it names its stages twice or not at all."""
    codes, microseconds, epoch = _staged_once(item)
    return Night(
        at=utc(item.started_at, "started_at"),
        until=utc(item.ended_at, "ended_at"),
        utc_offset=offset_minutes(item.started_at),
        ended_utc_offset=offset_minutes(item.ended_at),
        id=item.own_id,
        user_slot=item.user_slot,
        stages=codes,
        microseconds=microseconds,
        epoch=epoch,
    )


def staged(codes: Listed[int], microseconds: Listed[int]) -> tuple[tuple[str, float], ...]:
    """(stage, minutes) in order."""
    return tuple(
        (STAGES[code], length / MICROSECONDS_A_MINUTE)
        for code, length in zip(codes, microseconds, strict=True)
    )


def _staged_once(item: SleepItem) -> tuple[list[int], list[int], timedelta]:
    if (item.stages is None) == (item.hypnogram is None):
        raise Malformed("stages", "send either stages or hypnogram with epoch_seconds.")
    if item.hypnogram is not None:
        if item.epoch_seconds is None:
            raise Malformed("epoch_seconds", "a hypnogram needs the length of its epochs.")
        epoch = _microseconds(item.epoch_seconds, MICROSECONDS_A_SECOND)
        runs = [(LETTERS[letter], epoch) for letter in item.hypnogram]
        return *_joined(runs), timedelta(microseconds=epoch)
    assert item.stages is not None  # exactly one of the two is there
    listed = [(s.stage, _microseconds(s.minutes, MICROSECONDS_A_MINUTE)) for s in item.stages]
    codes, lengths = _joined(listed)
    if not codes:
        raise Malformed("stages", "no stage lasts longer than 0 minutes.")
    return codes, lengths, limits.EPOCH_OF_A_LIST


def _microseconds(value: float, unit: int) -> int:
    return half_up(Decimal(repr(value)) * unit)


def _joined(runs: Iterable[tuple[str, int]]) -> tuple[list[int], list[int]]:
    """Neighbours of one stage become one; what lasts no time is left out."""
    codes, lengths = [], []
    for stage, group in groupby((run for run in runs if run[1]), key=lambda run: run[0]):
        codes.append(STAGES.index(stage))
        lengths.append(sum(length for _, length in group))
    return codes, lengths
