"""What comes out of an analysis of nights. Durations are minutes, shares percent, times aware and
in the person's zone; nothing is rounded, and `None` says "cannot be computed", never zero."""

from dataclasses import dataclass
from datetime import date, datetime

from reports.analysis.measured import Stage


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of one stage, in the person's local time."""

    start: datetime
    end: datetime
    minutes: float
    stage: Stage


@dataclass(frozen=True, slots=True)
class NightStatistics:
    """The figures of one night, in minutes and percent; see docs/analysis/sleep.md.

    Without any sleep, tst, spt and se are 0 and what would start from sleep is absent.
    """

    tib: float
    sol: float | None
    spt: float
    tst: float
    se: float | None
    sme: float | None
    waso_spt: float | None
    waso_to_lights_on: float | None
    n1: float | None
    n2: float | None
    n3: float | None
    rem: float | None
    light: float | None
    deep: float | None
    awakenings: int | None
    rem_latency: float | None
    terminal_wake: float | None

    def percent(self, stage: Stage) -> float | None:
        """A stage's share of total sleep time; None without sleep or without that stage scored."""
        minutes: float | None = getattr(self, stage.value, None)
        if minutes is None or not self.tst:
            return None
        return 100 * minutes / self.tst


@dataclass(frozen=True, slots=True)
class NightFacts:
    """One night: its local date of waking, its clock times, its stages, its figures.

    `main` is the longest time in bed that ends on that date; others are naps, shown but kept
    out of the means over nights.
    """

    date: date
    started_at: datetime
    ended_at: datetime
    segments: tuple[Segment, ...]
    onset: datetime | None
    final_awakening: datetime | None
    statistics: NightStatistics
    estimated_by_device: bool
    main: bool = True

    @property
    def is_scored(self) -> bool:
        """Whether the device says anything: a night of unknown is not a night without sleep."""
        return any(segment.stage is not Stage.UNKNOWN for segment in self.segments)

    @property
    def asleep(self) -> tuple[datetime, datetime] | None:
        """From sleep onset to the final awakening; the whole time in bed where nothing is scored.

        Lying awake before and after is not sleep: who measures then measures evening or morning.
        """
        if not self.is_scored:
            return self.started_at, self.ended_at
        if self.onset is None or self.final_awakening is None:
            return None
        return self.onset, self.final_awakening


@dataclass(frozen=True, slots=True)
class SleepFacts:
    """All nights of a period and what holds over them. Clock times are minutes after midnight."""

    nights: tuple[NightFacts, ...]
    mean_tst: float | None
    mean_se: float | None
    bedtime: float | None
    bedtime_sd: float | None
    wake_time: float | None
    midsleep: float | None
    regularity_index: float | None
    social_jetlag: float | None
    debt: float | None
    short_nights: int
    estimated_by_device: bool

    @property
    def main_nights(self) -> tuple[NightFacts, ...]:
        return tuple(night for night in self.nights if night.main)
