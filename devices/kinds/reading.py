"""What ingest asks of a reading, whatever it measured."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from math import floor
from typing import Annotated, Any, ClassVar, Protocol

from msgspec import Meta, Struct

from devices.kinds.table import Table

# PostgreSQL's text holds every character but NUL.
Text = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00]*$")]
Time = Annotated[datetime, Meta(tz=True)]
Slot = Annotated[int, Meta(ge=0, le=255)]
Sequence = Annotated[int, Meta(ge=0, le=2**63 - 1)]

# Far beyond what any device measures, and a number of ordinary length.
LARGEST = 1_000_000
Number = (
    Annotated[int, Meta(ge=-LARGEST, le=LARGEST)] | Annotated[float, Meta(ge=-LARGEST, le=LARGEST)]
)

Percent = Annotated[int, Meta(ge=0, le=100)]
Version = Annotated[str, Meta(max_length=60, pattern=r"^[^\x00]*$")]

Row = tuple[Any, ...]
MINUTE = timedelta(minutes=1)
HALF = Decimal("0.5")


class OfTheDevice(Struct, frozen=True, kw_only=True, gc=False):
    """What an item of any kind may say of the device that sends it: the battery in percent, the
    firmware, and when the device sent it by its own clock."""

    battery: Percent | None = None
    firmware: Version | None = None
    sent_at: Time | None = None


class Item(OfTheDevice, frozen=True, kw_only=True, gc=False):
    """What an item of every kind may have: the user that a shared device names, the device's own id
    or sequence number, and its serial, which senders for many devices give."""

    user_slot: Slot | None = None
    id: Text | Sequence | None = None
    device: Text | None = None

    @property
    def own_id(self) -> str:
        """The device's own id, or the empty string: part of a reading's identity."""
        return "" if self.id is None else str(self.id)


class Reading(Protocol):
    """One decoded measurement, in the product's units, before anybody asked if it can be true."""

    table: ClassVar[Table]
    kind: ClassVar[str]

    @property
    def at(self) -> datetime:
        """The time that names the reading, UTC."""

    @property
    def until(self) -> datetime:
        """The last moment it speaks of, UTC."""

    @property
    def id(self) -> str:
        """The device's own id, or the empty string."""

    @property
    def user_slot(self) -> int | None: ...

    def doubt(self) -> str | None:
        """Why it cannot be true, in a sentence; None when it can."""

    def is_crisis(self) -> bool:
        """Whether the person should act at once."""

    def row(self, *, patient_id: int, device_id: int, received_at: datetime) -> Row:
        """Its values in the order of the table's columns."""

    def stored(self, *, patient_id: int, device_id: int) -> Any:
        """What `devices.queries` would answer for it."""


class Malformed(ValueError):
    """An item that breaks the format: `field` names the place, the text says what and the cure."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field


def utc(time: datetime, field: str) -> datetime:
    """The same moment in UTC. Raises Malformed within a day of the calendar's two ends."""
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise Malformed(field, f"{time.isoformat()} is outside of the calendar.") from None


def offset_minutes(time: datetime) -> int:
    """Minutes east of UTC that the device's own clock showed."""
    offset = time.utcoffset()
    assert offset is not None  # Time is aware by its type
    return offset // MINUTE


def at_offset(time: datetime, minutes: int) -> datetime:
    """A moment as the clock showed it where it was measured, minutes east of UTC."""
    return time.astimezone(timezone(timedelta(minutes=minutes)))


def half_up(value: Decimal) -> int:
    """To a whole number, halves upwards, as people round."""
    return floor(value + HALF)
