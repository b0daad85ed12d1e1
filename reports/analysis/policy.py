"""How one person's readings are to be read: the settings a clinician may change.

The defaults are the rules of docs/analysis; each result is explained by the settings and the
scheme it was made with.
"""

from dataclasses import dataclass, field
from datetime import time, timedelta

from reports.analysis.measured import Pressure

SATURDAY, SUNDAY = 5, 6


@dataclass(frozen=True, slots=True)
class Settings:
    """Windows are local times, from inclusive, to exclusive; the evening runs past midnight.

    `drop_day1` asks for it; it happens only when the rest is sufficient by itself.
    `office` is the last office value, `treated` whether the person takes blood-pressure drugs.
    `night_in_mean` keeps night readings among those that make up the mean and the category.
    `sleep_need` is the person's need in minutes; `experimental` opens what no clinician has
    approved: sleep debt, and regularity from nights alone.
    """

    morning_from: time = time(4)
    morning_to: time = time(12)
    evening_from: time = time(17)
    evening_to: time = time(2)
    session_gap: timedelta = timedelta(minutes=10)
    drop_day1: bool = False
    night_in_mean: bool = True
    goal: Pressure | None = None
    office: Pressure | None = None
    treated: bool = False
    pregnant: bool = False
    sleep_need: float | None = None
    free_weekdays: frozenset[int] = field(default=frozenset({SATURDAY, SUNDAY}))
    experimental: bool = False

    def __post_init__(self) -> None:
        ordered = self.morning_from < self.morning_to <= self.evening_from
        if not ordered or self.evening_to > self.morning_from:
            raise ValueError(
                "the windows must follow each other: evening_to <= morning_from < morning_to "
                f"<= evening_from, not {self.evening_to}, {self.morning_from}, "
                f"{self.morning_to}, {self.evening_from}"
            )


DEFAULT_SETTINGS = Settings()
