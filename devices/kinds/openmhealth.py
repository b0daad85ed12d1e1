"""How a kind of device is said in Open mHealth and IEEE 1752.1: by which schemas.

A kind declares its `Schema`s in an `openmhealth.py` of its own folder; the envelope
(`devices.wire.openmhealth`) knows no kind. A body is read only after its schema found it valid, so
what is required there is taken for granted here; times are datetimes with an offset.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from devices.kinds.pieces import Quantity
from devices.kinds.reading import Malformed, Time

Body = Mapping[str, Any]

OMH, IEEE = "omh", "ieee"
# Of a published unit of duration, the minutes. Months and years have no fixed length.
MINUTES = {
    "ps": 1 / 60e12, "ns": 1 / 60e9, "us": 1 / 60e6, "ms": 1 / 60e3,
    "sec": 1 / 60, "min": 1, "h": 60, "d": 1440, "wk": 10_080,
}  # fmt: skip
LONGEST = 10_000_000.0


@dataclass(frozen=True, slots=True)
class Said:
    """What a body says: its time, its numbers and its words, as in `devices.kinds.pieces`."""

    end: datetime
    start: datetime | None
    parts: Mapping[str, Quantity]
    words: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Older:
    """A version that is no longer published beside the others, told by how it differs from one
    that is: other fields, or other things required. `closed`: no further fields are allowed."""

    than: str
    fields: Mapping[str, Any]
    without: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    closed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """A published schema: what a valid body of it says. `whole`: it is a reading by itself."""

    namespace: str
    name: str
    version: str
    says: Callable[[Body], Said]
    whole: bool = True
    older: Older | None = None

    @property
    def id(self) -> str:
        """As the standard's tools write it: `omh:blood-pressure:4.0`."""
        return f"{self.namespace}:{self.name}:{self.version}"


def time_frame(body: Body) -> tuple[datetime | None, datetime]:
    """Start (None for a moment) and end of the effective time frame. Raises Malformed."""
    frame = body.get("effective_time_frame")
    if frame is None:
        raise Malformed(
            "body.effective_time_frame", "is required and missing: a reading has its time."
        )
    if "date_time" in frame:
        return None, time(frame["date_time"], "body.effective_time_frame.date_time")
    return interval(frame["time_interval"], "body.effective_time_frame.time_interval")


def interval(given: Body, place: str) -> tuple[datetime, datetime]:
    """Start and end, one of which may be told by the duration. Raises Malformed."""
    start = time(given["start_date_time"], place) if "start_date_time" in given else None
    end = time(given["end_date_time"], place) if "end_date_time" in given else None
    if start is None and end is None:
        raise Malformed(place, "a part of a day is no exact time: send start and end.")
    if start is not None and end is not None:
        return start, end
    lasting = minutes(given["duration"], f"{place}.duration").value
    try:
        if start is not None:
            return start, start + timedelta(minutes=lasting)
        assert end is not None  # one of them is there
        return end - timedelta(minutes=lasting), end
    except OverflowError:
        raise Malformed(place, "is outside of the calendar.") from None


def time(text: str, place: str) -> datetime:
    """A time with its offset. Raises Malformed."""
    try:
        return msgspec.convert(text, Time)
    except msgspec.ValidationError:
        raise Malformed(place, f"{text[:40]!r} is no time in the calendar.") from None


def minutes(given: Body, place: str) -> Quantity:
    """A duration in minutes. Raises Malformed for a unit without a fixed length."""
    factor = MINUTES.get(given["unit"])
    if factor is None:
        raise Malformed(f"{place}.unit", f"{given['unit']!r} has no fixed length: send min or h.")
    # Beyond this nothing is a night; it keeps arithmetic on times within the calendar's.
    return Quantity(max(-LONGEST, min(LONGEST, float(given["value"]) * factor)), "min")


def refuse_statistic(body: Body) -> None:
    """A mean or a maximum is no reading. Raises Malformed."""
    if (statistic := body.get("descriptive_statistic")) is not None:
        raise Malformed(
            "body.descriptive_statistic",
            f"{statistic}: a statistic is no reading. Send each measurement by itself.",
        )
