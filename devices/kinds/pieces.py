"""What one FHIR Observation or one Open mHealth data point says of a reading.

The native item says a reading whole. In the other formats it may come in pieces: a heart rate
beside its blood pressure, deep sleep beside the sleep it is part of. The envelopes make pieces,
put together what belongs together, and let the kind say what reading that is.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from devices.kinds.reading import Malformed

# A measurement takes a minute; what speaks of more than this is no single one.
LONGEST_MEASUREMENT = timedelta(minutes=10)


class Quantity(Struct, frozen=True, gc=False):
    """A number as it was sent, in one of the product's units: `mmHg`, `kPa`, `/min`, `min`..."""

    value: int | float
    unit: str


class Absent(Struct, frozen=True, gc=False):
    """A value that the sender says it does not have, and why."""

    reason: str


class NoValue(ValueError):
    """Well formed, but the device says that it did not measure."""


class Piece(Struct, frozen=True, kw_only=True):
    """A part of a reading, or the whole of one (`whole`: a panel, a night).

    `end` is the moment, or the end of the period that began at `start`; both with the offset they
    were sent with. `parts` are its numbers by the kind's own names, `words` what else the native
    item holds, under the item's names. `place` is where it stands in its format, for errors.
    """

    kind: str
    whole: bool
    end: datetime
    start: datetime | None = None
    parts: Mapping[str, Quantity | Absent]
    words: Mapping[str, Any] = {}
    device: str | None = None
    id: str | None = None
    user_slot: int | None = None

    @property
    def moment(self) -> datetime:
        """When it was measured: the value is there when the measuring ends."""
        if self.start is None:
            return self.end
        try:
            lasting = self.end - self.start
        except OverflowError:
            lasting = LONGEST_MEASUREMENT * 2
        if not timedelta() <= lasting <= LONGEST_MEASUREMENT:
            minutes = LONGEST_MEASUREMENT // timedelta(minutes=1)
            raise Malformed(
                "",
                f"a reading has one moment, and at most {minutes} minutes of measuring: what"
                " speaks of a longer time is an average. Send each measurement by itself.",
            )
        return self.end

    @property
    def item(self) -> dict[str, Any]:
        """The fields of the native item that every kind has, and the words."""
        said = {"device": self.device, "id": self.id, "user_slot": self.user_slot, **self.words}
        return {name: value for name, value in said.items() if value is not None}


def together(pieces: Sequence[Piece]) -> Piece:
    """One reading's pieces as one; the first whole one says when and whose it was.

    Raises Malformed when two of them say something else of the same thing.
    """
    first = next((piece for piece in pieces if piece.whole), pieces[0])
    parts: dict[str, Quantity | Absent] = {}
    words: dict[str, Any] = {}
    for piece in (first, *(other for other in pieces if other is not first)):
        for name, said in piece.parts.items():
            if parts.setdefault(name, said) != said:
                raise Malformed(name, "is said twice here, with two values: which one is meant?")
        for name, word in piece.words.items():
            words.setdefault(name, word)
    return Piece(
        kind=first.kind,
        whole=True,
        start=first.start,
        end=first.end,
        parts=parts,
        words=words,
        device=_first(piece.device for piece in (first, *pieces)),
        # What joins has an id of its own, which is not that of the reading.
        id=first.id if first.whole else None,
        user_slot=_first(piece.user_slot for piece in (first, *pieces)),
    )


def _first(values: Any) -> Any:
    return next((value for value in values if value is not None), None)
