"""The issuer's settings: how a period is prorated, taxed and how a minimum term is held."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from healthcare.kernel.money import Rounding


class Proration(StrEnum):
    """What part of a period is charged when only part of it is used."""

    NONE_CALENDAR_MONTH = "none_calendar_month"
    """Every calendar month with a paid day is charged once, whole."""
    NONE_ANNIVERSARY = "none_anniversary"
    """Every month from anniversary to anniversary is charged whole."""
    ACTUAL_DAYS = "actual_days"
    """Days used over days of the period."""
    FIXED_30 = "fixed_30"
    """Days over 30, every month counted as 30 days (30/360)."""


class Cycle(StrEnum):
    """Where a period begins."""

    CALENDAR_MONTH = "calendar_month"
    ANNIVERSARY = "anniversary"
    """On the day of the first billing, clamped to short months."""


class TermPolicy(StrEnum):
    """What a cancellation inside the minimum term does."""

    END_OF_TERM = "end_of_term"
    """It waits for the end of the term."""
    CAPPED = "capped"
    """It is free to go for a fixed fee."""
    NONE = "none"
    """It costs nothing."""


CYCLE_OF_UNPRORATED: Final = {
    Proration.NONE_CALENDAR_MONTH: Cycle.CALENDAR_MONTH,
    Proration.NONE_ANNIVERSARY: Cycle.ANNIVERSARY,
}
"""The only cycle each unprorated mode goes with; the prorating modes take either."""


def default_cycle(proration: Proration) -> Cycle:
    """The cycle of a mode when none is named."""
    return CYCLE_OF_UNPRORATED.get(proration, Cycle.CALENDAR_MONTH)


@dataclass(frozen=True, slots=True)
class Policy:
    """Settings of one issuer for one operator; stored with every document they made."""

    proration: Proration = Proration.NONE_CALENDAR_MONTH
    cycle: Cycle = Cycle.CALENDAR_MONTH
    tax_rounding: Rounding = Rounding.FLOOR
    tax_inclusive: bool = False
    term_policy: TermPolicy = TermPolicy.END_OF_TERM
    term_fee: int = 0
    """Minor units, charged when a term under `capped` is left early."""
    term_fee_tax_rate: Decimal | None = None
    """Percent; None taxes the fee as the package it ends. Which it is, a lawyer says."""

    def __post_init__(self) -> None:
        needed = CYCLE_OF_UNPRORATED.get(self.proration)
        if needed is not None and self.cycle is not needed:
            raise ValueError(f"proration {self.proration} goes with cycle {needed} only")
        if self.term_fee < 0:
            raise ValueError("term_fee must not be negative")

    @property
    def prorates(self) -> bool:
        """Whether part of a period costs part of its price."""
        return self.proration not in CYCLE_OF_UNPRORATED
