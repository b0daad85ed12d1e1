"""What a body says, whatever format it came in: the common ground of formats and ingest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import overload

from msgspec import Struct

from devices.kinds.blood_pressure.columns import Columns
from devices.kinds.reading import Malformed, OfTheDevice, Reading

MAX_ITEMS = 20_000
# Lists, objects and what they hold. As many sleep stages as the largest body has room for.
MAX_VALUES = 2_000_000


class Undecodable(Struct, frozen=True, gc=False):
    """A device's own bytes that do not decode, or say no time that can be."""

    kind: str
    detail: str
    user_slot: int | None = None


class Entry(Struct, frozen=True, gc=False):
    """One item: what it says, the serial it names (gateways), the device's own id; and what it says
    of the device itself, if anything."""

    says: Reading | Malformed | Undecodable
    device: str | None = None
    id: str | None = None
    of_the_device: OfTheDevice | None = None


class Unreadable(ValueError):
    """A body of which nothing can be read. `field` names the place, the text says the cure."""

    def __init__(self, detail: str, field: str = "") -> None:
        super().__init__(detail)
        self.field = field


class TooMany(Unreadable):
    """More items than one body may hold."""

    def __init__(self, count: int, *, most: int = MAX_ITEMS) -> None:
        super().__init__(f"{count} items in one body: send at most {most} at a time.")


class TooManyValues(TooMany):
    """More values than one body may hold, whatever they are: each costs ten times its letters."""

    def __init__(self, count: int) -> None:
        Unreadable.__init__(
            self, f"About {count} values in one body: send at most {MAX_VALUES} at a time."
        )


def refuse_too_many_values(body: bytes) -> None:
    """A tree takes fifty times the memory of a body of empty objects: count before it grows.

    Raises TooManyValues for JSON of more than about `MAX_VALUES`.
    """
    if len(body) <= MAX_VALUES:
        return
    values = sum(body.count(sign) for sign in (b",", b"[", b"{"))
    if values > MAX_VALUES:
        raise TooManyValues(values)


class ReadLater(Sequence[Entry]):
    """Entries that are read when somebody asks for one."""

    def __init__(self, count: int, entry: Callable[[int], Entry]) -> None:
        self._count = count
        self._entry = entry

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> Entry: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Entry]: ...
    def __getitem__(self, place: int | slice) -> Entry | Sequence[Entry]:
        if isinstance(place, slice):
            return [self._entry(i) for i in range(*place.indices(self._count))]
        if not -self._count <= place < self._count:
            raise IndexError(place)
        return self._entry(place % self._count)


@dataclass(frozen=True, slots=True)
class Batch(Sequence[Entry]):
    """The entries of a body in order. `bare`: it was one item, not a list of them.

    `text(i)` is item i as it was sent, for what is kept whole. `atomic`: the items stand or fall
    together (a FHIR transaction). `columns` says the same as the entries, of a body of plain
    readings; the entries are then read one by one, when they are asked for.
    """

    entries: Sequence[Entry]
    text: Callable[[int], str]
    bare: bool = False
    atomic: bool = False
    columns: Columns | None = None

    def __len__(self) -> int:
        return len(self.entries)

    @overload
    def __getitem__(self, place: int) -> Entry: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Entry]: ...
    def __getitem__(self, place: int | slice) -> Entry | Sequence[Entry]:
        return self.entries[place]
