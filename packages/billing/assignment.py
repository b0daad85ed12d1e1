"""What a billing run works on: an operator, a month, and how far into it."""

from dataclasses import dataclass
from datetime import date

from healthcare.kernel.periods import ONE_DAY, Period, calendar_month
from packages.models import BillingPolicy, BillingRun
from packages.pricing.policy import Cycle, Proration


@dataclass(frozen=True, slots=True)
class Assignment:
    """A run with its operator's policy. `until` is the first day not billed yet."""

    run: BillingRun
    policy: BillingPolicy
    month: Period
    until: date

    @property
    def previous(self) -> Period:
        """The month before, whose usage is billed in this one."""
        return calendar_month(self.month.start - ONE_DAY)

    @property
    def charges_whole_months(self) -> bool:
        """Whether a month touched is a month charged."""
        return self.policy.proration == Proration.NONE_CALENDAR_MONTH

    @property
    def has_plain_case(self) -> bool:
        """Whether most people's document can be told from one row: with calendar months it can."""
        return self.policy.cycle == Cycle.CALENDAR_MONTH
