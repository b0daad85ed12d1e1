"""Oxygen saturation at home: figures of a recording, and experimental hints.

Percent, hours and minutes, unrounded. What is valid is said by the kind's limits; invalid samples
never count. The desaturation indices are a screening hint that says "refer" and nothing else: they
are no apnoea-hypopnoea index, are marked experimental, and are computed only when asked for.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from devices.kinds.oximetry.limits import believed
from devices.kinds.oximetry.stored import StoredOximetry
from reports.analysis.desaturation import falls

LOW = 90
# An index needs samples that see a fall of 10 s, and enough of a night.
COARSEST_SECONDS = 10
LEAST_HOURS = 4.0
# More than 10 falls of 4 points an hour: Chung et al. 2012, sensitivity 93 % and specificity 75 %
# for moderate and severe sleep-disordered breathing. Waits for a clinician's signature.
REFER_ABOVE = 10.0

WhyNone = Literal["too_short", "too_coarse"]
SECONDS_AN_HOUR, SECONDS_A_MINUTE = 3600, 60


@dataclass(frozen=True, slots=True)
class Hint:
    """Falls per hour of valid signal. Without them, `because` says why."""

    odi3: float | None
    odi4: float | None
    refer: bool
    because: WhyNone | None = None


@dataclass(frozen=True, slots=True)
class Recording:
    """One series. `t90` is the time under 90 %. `samples` are percent, None where invalid; they are
    kept of the last recording of a period alone, for its picture."""

    date: date
    started_at: datetime
    ended_at: datetime
    sample_seconds: int
    samples: tuple[int | None, ...]
    valid_hours: float
    mean: float
    lowest: int
    t90_minutes: float
    t90_share: float
    hint: Hint | None


@dataclass(frozen=True, slots=True)
class Single:
    """One value by the person's clock."""

    at: datetime
    spo2: int
    pulse: int | None


@dataclass(frozen=True, slots=True)
class OximetryFacts:
    """Recordings and single values in time order; at least one of them."""

    recordings: tuple[Recording, ...]
    singles: tuple[Single, ...]


def analyse(
    rows: Iterable[StoredOximetry], *, start: date, end: date, zone: ZoneInfo, experimental: bool
) -> OximetryFacts | None:
    """Facts of what ended on `start` <= local date < `end`; None without anything.

    `rows` come in the order of their time and are read once. `experimental`: with the hints.
    """
    recordings: list[Recording] = []
    singles: list[Single] = []
    for row in rows:
        if not start <= row.ended_at.astimezone(zone).date() < end:
            continue
        if not row.sample_seconds:
            singles += _single(row, zone)
        elif (found := _recording(row, zone, with_hint=experimental)) is not None:
            if recordings:
                recordings[-1] = replace(recordings[-1], samples=())
            recordings.append(found)
    if not recordings and not singles:
        return None
    return OximetryFacts(tuple(recordings), tuple(singles))


def hint_of(samples: Sequence[int | None], *, seconds: int) -> Hint:
    """The indices of a series; only valid samples are time."""
    hours = sum(1 for value in samples if believed(value)) * seconds / SECONDS_AN_HOUR
    if seconds > COARSEST_SECONDS:
        return Hint(None, None, refer=False, because="too_coarse")
    if hours < LEAST_HOURS:
        return Hint(None, None, refer=False, because="too_short")
    valid = [value if believed(value) else None for value in samples]
    odi3, odi4 = (len(falls(valid, seconds=seconds, drop=drop)) / hours for drop in (3, 4))
    return Hint(odi3, odi4, refer=odi4 > REFER_ABOVE)


def to_json(facts: OximetryFacts) -> dict[str, Any]:
    """The section `oximetry` of a summary. A recording has `hint` only when hints are on."""
    return {
        "recordings": [_recording_to_json(recording) for recording in facts.recordings],
        "values": [
            {"measured_at": one.at.isoformat(), "spo2": one.spo2, "pulse": one.pulse}
            for one in facts.singles
        ],
    }


def _single(row: StoredOximetry, zone: ZoneInfo) -> list[Single]:
    pulse = row.pulse[0] if row.pulse else None
    return [Single(row.started_at.astimezone(zone), v, pulse) for v in row.spo2 if v is not None]


def _recording(row: StoredOximetry, zone: ZoneInfo, *, with_hint: bool) -> Recording | None:
    # Every figure follows from how often each percent is there: a night is counted once.
    valid = {value: n for value, n in Counter(row.spo2).items() if believed(value)}
    count = sum(valid.values())
    if not count:
        return None
    low = sum(n for value, n in valid.items() if value is not None and value < LOW)
    ended = row.ended_at.astimezone(zone)
    return Recording(
        date=ended.date(),
        started_at=row.started_at.astimezone(zone),
        ended_at=ended,
        sample_seconds=row.sample_seconds,
        samples=tuple(value if value in valid else None for value in row.spo2),
        valid_hours=count * row.sample_seconds / SECONDS_AN_HOUR,
        mean=sum(value * n for value, n in valid.items() if value is not None) / count,
        lowest=min(value for value in valid if value is not None),
        t90_minutes=low * row.sample_seconds / SECONDS_A_MINUTE,
        t90_share=100 * low / count,
        hint=hint_of(row.spo2, seconds=row.sample_seconds) if with_hint else None,
    )


def _recording_to_json(recording: Recording) -> dict[str, Any]:
    said: dict[str, Any] = {
        "date": recording.date.isoformat(),
        "started_at": recording.started_at.isoformat(),
        "ended_at": recording.ended_at.isoformat(),
        "valid_hours": recording.valid_hours,
        "mean": recording.mean,
        "minimum": recording.lowest,
        "t90_minutes": recording.t90_minutes,
        "t90_share": recording.t90_share,
    }
    if (hint := recording.hint) is not None:
        said["hint"] = {
            "experimental": True,
            "odi3": hint.odi3,
            "odi4": hint.odi4,
            "refer": hint.refer,
            "because": hint.because,
        }
    return said
