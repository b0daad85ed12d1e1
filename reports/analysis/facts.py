"""What comes out of an analysis: the facts that pages, charts, PDF and the API show.

Pressures are mmHg, durations minutes, shares percent, times aware and in the person's zone.
Nothing here is rounded: rounding belongs to the printed page (`display`). `None` says "cannot be
computed", never zero. What goes in is in `measured`, the JSON of a summary in `json_shape`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from reports.analysis.measured import Pressure, Reading, Window
from reports.analysis.sleep_facts import NightFacts, NightStatistics, Segment, SleepFacts

__all__ = [
    "BloodPressureFacts",
    "Change",
    "Day",
    "Dipping",
    "Means",
    "NightAndMorning",
    "NightFacts",
    "NightStatistics",
    "Pair",
    "Placed",
    "Segment",
    "Session",
    "SleepFacts",
    "Spread",
    "Summary",
    "Variability",
    "Week",
]

# --- blood pressure ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Placed:
    """A reading with its place in the person's day.

    `day` is the local date it counts for: an evening reading after midnight counts for the day
    before. `excluded` names why a reading is kept but not used (`body_movement`, `cuff_loose`,
    `improper_position`, `day_1`); `None` means used.
    """

    reading: Reading
    local: datetime
    day: date
    window: Window
    excluded: str | None = None

    @property
    def used(self) -> bool:
        return self.excluded is None

    @property
    def instant(self) -> datetime:
        """In UTC: local times of one zone subtract as wall clocks, wrong twice a year."""
        return self.local.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Session:
    """Readings of one device within ten minutes; its values are their means.

    A session in which no reading may be used has `used=False` and the means of all its readings,
    so that a chart can still show that somebody measured.
    """

    started_at: datetime
    day: date
    window: Window
    systolic: float
    diastolic: float
    pulse: float | None
    n: int
    used: bool
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Means:
    """Means of `n` used readings; all `None` when n is 0. Pulse over those that have one."""

    n: int
    systolic: float | None = None
    diastolic: float | None = None
    pulse: float | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """The five numbers of a box plot."""

    minimum: float
    p25: float
    median: float
    p75: float
    maximum: float


@dataclass(frozen=True, slots=True)
class Pair:
    """The same figure for both pressures."""

    systolic: float | None = None
    diastolic: float | None = None


@dataclass(frozen=True, slots=True)
class Variability:
    """SD (n - 1), CV in percent, and mean absolute difference of successive values."""

    sd: Pair
    cv: Pair
    arv: Pair


@dataclass(frozen=True, slots=True)
class Day:
    """One local date of the period, with or without data.

    `trend` is the mean of the 7 days that end here; it is empty on a day without data and where
    fewer than 3 of the 7 days have any, so that a line drawn through it breaks at gaps.
    """

    date: date
    all: Means
    morning: Means
    evening: Means
    trend: Pair

    @property
    def has_data(self) -> bool:
        return self.all.n > 0


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from the start of the period (the last row may be shorter); `end` exclusive."""

    start: date
    end: date
    morning: Means
    evening: Means
    all: Means
    share_at_or_above: float | None


@dataclass(frozen=True, slots=True)
class Dipping:
    """100 * (1 - night mean / day mean) of systolic pressure: a pattern, not a diagnosis."""

    percent: float
    pattern: str  # extreme_dipper | dipper | non_dipper | riser
    nights: int


@dataclass(frozen=True, slots=True)
class Change:
    """The last 7 days against the person's own 28 days before them (systolic, mmHg)."""

    recent: float
    previous: float
    recent_days: int
    previous_days: int

    @property
    def difference(self) -> float:
        return self.recent - self.previous


@dataclass(frozen=True, slots=True)
class BloodPressureFacts:
    """Everything a page, a PDF or the API says about home blood pressure in a period."""

    scheme: str
    scheme_version: str
    scheme_signed: bool
    threshold: Pressure
    goal: Pressure
    placed: tuple[Placed, ...]
    sessions: tuple[Session, ...]
    days: tuple[Day, ...]
    weeks: tuple[Week, ...]
    day1_dropped: bool
    sufficient: bool
    category: str | None
    no_category_because: str | None  # insufficient | under_18 | pregnancy
    mean: Means
    morning: Means
    evening: Means
    other: Means
    night: Means
    me_average: Pair
    me_difference: float | None
    of_readings: Variability
    of_days: Variability
    morning_spread: Mapping[str, Spread]  # by "systolic", "diastolic"; empty without readings
    evening_spread: Mapping[str, Spread]
    pulse_pressure: float | None
    mean_arterial: float | None
    mean_arterial_source: str | None  # device | computed | mixed
    share_at_or_above: float | None
    highest: Placed | None
    dipping: Dipping | None
    change: Change | None
    flags: tuple[str, ...]

    @property
    def readings(self) -> int:
        return len(self.placed)

    @property
    def used(self) -> int:
        return self.mean.n

    @property
    def excluded(self) -> int:
        return sum(not item.used for item in self.placed)

    @property
    def session_count(self) -> int:
        return sum(session.used for session in self.sessions)

    @property
    def days_with_data(self) -> int:
        return sum(day.has_data for day in self.days)

    @property
    def morning_days(self) -> int:
        return sum(day.morning.n > 0 for day in self.days)

    @property
    def evening_days(self) -> int:
        return sum(day.evening.n > 0 for day in self.days)


# --- both --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NightAndMorning:
    """A night beside the morning pressure that follows it; a pair of facts, never a cause.

    `me_difference` is this morning's systolic mean minus that of the evening before;
    `night_systolic` is the mean of `night_n` readings taken inside the recorded sleep.
    """

    night: date
    tst: float
    se: float | None
    waso: float | None  # wake inside the sleep period
    short: bool
    broken: bool
    morning_systolic: float
    morning_diastolic: float
    morning_n: int
    me_difference: float | None
    night_systolic: float | None
    night_diastolic: float | None
    night_n: int


@dataclass(frozen=True, slots=True)
class Summary:
    """All facts of one person in a period of local dates; `end` is exclusive.

    `sections` are the facts of further kinds by their names (`analysis.sections`), of those only
    that were measured.
    """

    start: date
    end: date
    timezone: str
    blood_pressure: BloodPressureFacts | None
    sleep: SleepFacts | None
    together: tuple[NightAndMorning, ...]
    sections: Mapping[str, Any] = field(default_factory=dict)
