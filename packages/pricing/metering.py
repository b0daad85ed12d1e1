"""Usage billed in arrears: what was counted in one period, priced once when it ends."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from healthcare.kernel.periods import Period
from packages.pricing.documents import Line, LineKind
from packages.pricing.history import UsageRecord
from packages.pricing.offering import Package
from packages.pricing.usage import amount_for


@dataclass(frozen=True, slots=True)
class Span:
    """Paid days of one package inside a period."""

    package: Package
    days: Period


@dataclass(slots=True)
class MeteredPeriod:
    """A period whose usage falls due on `whole.end`, also when the subscription left earlier.

    Included units are given once a period, whatever packages it saw; all of its usage is priced
    by the last package that prices the component.
    """

    whole: Period
    spans: list[Span] = field(default_factory=list)

    def open(self, package: Package, since: date) -> None:
        """``package`` serves from ``since`` to the end of the period, unless cut."""
        self.spans.append(Span(package, Period(since, self.whole.end)))

    def cut(self, until: date) -> None:
        """The package that serves now stops before ``until``."""
        last = self.spans.pop()
        if last.days.start < until:
            self.spans.append(Span(last.package, Period(last.days.start, until)))

    def lines(self, usage: "UsageBook") -> list[Line]:
        """Usage lines of the period, components by name."""
        pricing = {name: span.package for span in self.spans for name in span.package.usage}
        lines = []
        for component, package in sorted(pricing.items()):
            quantity = sum(usage.quantity(component, span.days) for span in self.spans)
            if quantity:
                lines.append(self._line(component, quantity, package))
        return lines

    def _line(self, component: str, quantity: int, package: Package) -> Line:
        return Line(
            kind=LineKind.USAGE,
            package=package.code,
            component=component,
            quantity=quantity,
            period=Period(self.spans[0].days.start, self.spans[-1].days.end),
            amount=amount_for(package.usage[component], quantity),
            tax_rate=package.tax_rate,
        )


class UsageBook:
    """Usage records by component and date, with sums over periods by bisection."""

    def __init__(self, records: Sequence[UsageRecord]) -> None:
        self._days: dict[str, list[date]] = {}
        self._sums: dict[str, list[int]] = {}
        for record in sorted(records, key=lambda record: record.on):
            sums = self._sums.setdefault(record.component, [0])
            self._days.setdefault(record.component, []).append(record.on)
            sums.append(sums[-1] + record.quantity)

    def quantity(self, component: str, days: Period) -> int:
        """Units of ``component`` recorded in ``days``."""
        dates = self._days.get(component)
        if dates is None:
            return 0
        sums = self._sums[component]
        return sums[bisect_left(dates, days.end)] - sums[bisect_left(dates, days.start)]
