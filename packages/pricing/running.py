"""The state of the subscription that runs now, while a history is replayed."""

from dataclasses import dataclass
from datetime import date

from healthcare.kernel.periods import Period, anchored_period
from packages.pricing.offering import Package
from packages.pricing.policy import Cycle


@dataclass(frozen=True, slots=True)
class PendingCancel:
    on: date
    """First day without the package."""


@dataclass(frozen=True, slots=True)
class PendingChange:
    on: date
    """First day of the lower package."""
    package: Package


@dataclass(frozen=True, slots=True)
class Charge:
    """What was asked for the current package from `since` to the end of the paid period."""

    since: date
    price: int
    """Of a whole period, at the time the charge was made."""
    billed: int


@dataclass(slots=True)
class Running:
    """A subscription between its first day and its last."""

    package: Package
    since: date
    """First day of the current package."""
    served: Period
    """The trial, or the paid period from its first paid day to its end."""
    whole: Period
    """The period of the cycle around `served`; during the trial the trial itself."""
    in_trial: bool
    anchor_day: int
    term: date | None
    """First day after the minimum term."""
    charge: Charge
    pending: PendingCancel | PendingChange | None = None

    @property
    def end(self) -> date | None:
        """First day without the package, as far as it is known."""
        return self.pending.on if self.pending is not None else None


def anchor_of(billing_start: date, cycle: Cycle) -> int:
    """The day on which periods begin: 1, or the day of the first billing."""
    return 1 if cycle is Cycle.CALENDAR_MONTH else billing_start.day


def paid_period(first_day: date, anchor_day: int) -> tuple[Period, Period]:
    """The days served from ``first_day`` on, and the whole period of the cycle around them."""
    whole = anchored_period(first_day, anchor_day)
    return Period(first_day, whole.end), whole
