"""What goes into an analysis: readings, nights, and the words they are described in.

Pressures are mmHg, durations minutes, times aware.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Window(StrEnum):
    """The part of the person's local day in which a reading was taken."""

    MORNING = "morning"
    EVENING = "evening"
    OTHER = "other"
    NIGHT = "night"


class Stage(StrEnum):
    """A stage of sleep as devices name it; light is N1 + N2 and deep is N3."""

    AWAKE = "awake"
    LIGHT = "light"
    DEEP = "deep"
    REM = "rem"
    N1 = "n1"
    N2 = "n2"
    N3 = "n3"
    ASLEEP = "asleep"
    UNKNOWN = "unknown"

    @property
    def is_sleep(self) -> bool:
        """Unknown time is neither sleep nor wake."""
        return self not in (Stage.AWAKE, Stage.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Pressure:
    """A pair of pressures: a goal, a threshold, an office value, or a mean (mmHg)."""

    systolic: float
    diastolic: float

    def reached_by(self, systolic: float, diastolic: float) -> bool:
        """Whether either component is at or over this line."""
        return systolic >= self.systolic or diastolic >= self.diastolic


@dataclass(frozen=True, slots=True)
class Reading:
    """One measurement by a cuff. `measured_at` is aware; pressures are whole mmHg."""

    measured_at: datetime
    systolic: int
    diastolic: int
    pulse: int | None = None
    mean_arterial: float | None = None
    flags: frozenset[str] = frozenset()
    device: str = ""
    by_timer: bool = False
    id: str = ""


@dataclass(frozen=True, slots=True)
class Night:
    """One time in bed. `stages` are (stage, minutes) in order from `started_at`."""

    started_at: datetime
    ended_at: datetime
    stages: tuple[tuple[Stage, float], ...] = ()
    estimated_by_device: bool = True
    id: str = ""
