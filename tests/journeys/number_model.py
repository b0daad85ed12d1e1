"""What the world of numbers should look like, said naively, for `test_number_machine`.

Who has which number is the model of the imports; here comes what hangs on a contract.
"""

from dataclasses import dataclass, field
from datetime import date

from tests.unit.healthcare.subscribers.test_import_model import Key, Model, Row


@dataclass
class World(Model):
    """Contracts with lines, and which of them are over by word, suspended or linked."""

    over: set[Key] = field(default_factory=set)
    suspended: set[Key] = field(default_factory=set)
    linked: set[Key] = field(default_factory=set)

    def end(self, key: Key, day: date) -> None:
        """The operator says that a contract is over; the earliest word counts."""
        contract = self.contracts[key]
        self.over.add(key)
        if contract.ended is not None and contract.ended <= day:
            return
        for line in contract.lines:
            line[2] = min(line[2] or day, day)
        contract.lines = [line for line in contract.lines if line[1] < line[2]]
        contract.ended = day

    def lives(self, key: Key) -> bool:
        return self.contracts[key].ended is None

    def opens(self, key: Key) -> bool:
        """Whether the operator's account of this contract opens its person's log-in."""
        return key in self.linked and self.lives(key) and key not in self.suspended

    def number(self, key: Key) -> str | None:
        """The number a contract has now."""
        return next((line[0] for line in self.contracts[key].lines if line[2] is None), None)

    def _move(self, row: Row, today: date) -> bool:
        return row[:2] not in self.over and super()._move(row, today)
