"""A history of choices, and what replaying it gives: the typed side of the preview."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from healthcare.kernel.periods import Period
from packages.pricing.documents import Document, Line
from packages.pricing.offering import Package
from packages.pricing.policy import Policy


class CancelWhen(StrEnum):
    PERIOD_END = "period_end"
    NOW = "now"
    """The day of the cancellation is the last day used."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    on: date
    package: str
    billing_from: date | None = None
    """First paid day of a migrated subscription; None: after what is left of the trial."""
    agreed: Package | None = None
    """The package on the terms agreed then (price, trial, term); None: as in the catalogue."""


@dataclass(frozen=True, slots=True)
class Change:
    """To another package: up at once, down at the end of the period."""

    on: date
    package: str
    agreed: Package | None = None
    """As in `Subscribe`."""


@dataclass(frozen=True, slots=True)
class Cancel:
    on: date
    when: CancelWhen = CancelWhen.PERIOD_END


@dataclass(frozen=True, slots=True)
class Revoke:
    """Take back a pending change or cancellation."""

    on: date


@dataclass(frozen=True, slots=True)
class Stop:
    """The line that pays is gone: `on` is the first day without. Nobody's decision, so no term
    holds it and no fee follows; without a running subscription it changes nothing."""

    on: date


Event = Subscribe | Change | Cancel | Revoke | Stop


@dataclass(frozen=True, slots=True)
class UsageRecord:
    on: date
    component: str
    quantity: int


@dataclass(frozen=True, slots=True)
class History:
    """Everything that decides what one patient pays, up to a date."""

    policy: Policy
    packages: Mapping[str, Package]
    events: Sequence[Event]
    """In any order of dates; events of one date happen in the order given."""
    usage: Sequence[UsageRecord]
    through: date
    """Exclusive: what happens on or after it is not looked at."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One package over a half-open period of local dates."""

    package: str
    start: date
    end: date | None
    """None while no end is known."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """Documents in the order of their dates, and the subscriptions that never overlap."""

    documents: tuple[Document, ...]
    subscriptions: tuple[Subscription, ...]

    def documents_in(self, period: Period) -> tuple[Document, ...]:
        """The documents dated in a period: what a billing run of that month makes."""
        return tuple(document for document in self.documents if document.date in period)

    def lines_in(self, period: Period) -> tuple[Line, ...]:
        """The lines of those documents, in order."""
        return tuple(line for issued in self.documents_in(period) for line in issued.lines)
