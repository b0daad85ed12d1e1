"""Collects what falls due on a day and closes the day with one document."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from healthcare.kernel.periods import Period
from packages.pricing.documents import Document, Line, LineKind, billed_after, document
from packages.pricing.policy import Policy
from packages.pricing.tax import Billed


class DayBook:
    """One document a day, and what the running period was billed, which credits refer to."""

    def __init__(self, policy: Policy) -> None:
        self.documents: list[Document] = []
        self._policy = policy
        self._due: list[Line] = []
        self._period: Period | None = None
        self._billed: dict[Decimal, Billed] = {}

    def begin_period(self, whole: Period) -> None:
        """From here on credits take back documents of ``whole``; the same month may go on."""
        if whole != self._period:
            self._period, self._billed = whole, {}

    def add(self, *lines: Line) -> None:
        self._due.extend(lines)

    def extend(self, lines: Iterable[Line]) -> None:
        self._due.extend(lines)

    def close(self, day: date) -> None:
        """Make the document of the day, if anything but zero is due."""
        lines, self._due = self._due, []
        if not lines:
            return
        made = document(on=day, lines=lines, policy=self._policy, billed=self._billed)
        if made is None:
            return
        self.documents.append(made)
        if any(line.kind is not LineKind.USAGE for line in made.lines):
            self._billed = billed_after(self._billed, made)
