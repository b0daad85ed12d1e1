"""The register of contracts and their lines that `claims` works on, and what changed in it."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date


@dataclass(slots=True)
class Contract:
    """`subscriber` is the operator's id; empty for a contract of another operator. `over` says that
    the operator ended it by word, not because its number went to another."""

    id: int
    subscriber: str
    activated_on: date
    ended_on: date | None = None
    over: bool = False


@dataclass(slots=True)
class Line:
    """A number of a contract during `[start, end)`. `id` is None until it is written."""

    contract: int
    number: str
    start: date
    end: date | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Touched:
    """`cause` is the contract whose row changed something of `contract`, for the undo log."""

    cause: int
    contract: int
    line: int | None = None


@dataclass(slots=True)
class Register:
    """Contracts and lines, looked up by number, by contract and by the operator's id."""

    lines: list[Line] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    ended: dict[int, date | None] = field(default_factory=dict)
    changed: dict[int, Line] = field(default_factory=dict)
    touched: list[Touched] = field(default_factory=list)
    _contracts: dict[int, Contract] = field(default_factory=dict)
    _of_subscriber: dict[str, Contract] = field(default_factory=dict)
    _on_number: dict[str, list[Line]] = field(default_factory=lambda: defaultdict(list))
    _of_contract: dict[int, list[Line]] = field(default_factory=lambda: defaultdict(list))
    _released: list[str] = field(default_factory=list)

    def add_contract(self, contract: Contract) -> None:
        self._contracts[contract.id] = contract
        latest = self._of_subscriber.get(contract.subscriber)
        if contract.subscriber and (latest is None or latest.activated_on < contract.activated_on):
            self._of_subscriber[contract.subscriber] = contract

    def add_line(self, line: Line) -> None:
        self._on_number[line.number].append(line)
        self._of_contract[line.contract].append(line)

    def open(self, contract: int, number: str, start: date) -> None:
        """A new line without end."""
        line = Line(contract, number, start)
        self.lines.append(line)
        self.add_line(line)

    def contract(self, contract: int) -> Contract:
        return self._contracts[contract]

    def latest_of(self, subscriber: str) -> Contract | None:
        """The contract of this id that was activated last."""
        return self._of_subscriber.get(subscriber)

    def last_line_on(self, number: str) -> Line | None:
        return max(self._on_number.get(number, ()), key=lambda line: line.start, default=None)

    def last_line_of(self, contract: int) -> Line | None:
        return max(self._of_contract.get(contract, ()), key=lambda line: line.start, default=None)

    def open_line(self, contract: Contract) -> Line | None:
        last = self.last_line_of(contract.id)
        return last if last is not None and last.end is None else None

    def free_from(self, number: str) -> date:
        """The first day on which nobody has the number; it must not have an open line."""
        return max((x.end for x in self._on_number.get(number, ()) if x.end), default=date.min)

    def unserved_from(self, contract: int) -> date:
        """The first day on which the contract has no number; it must not have an open line."""
        return max((x.end for x in self._of_contract.get(contract, ()) if x.end), default=date.min)

    def end_line(self, line: Line, *, on: date, cause: int, with_contract: bool) -> None:
        """End a line; one that would not have lasted a day is taken out.

        `with_contract` says that the number went to another contract, which ends this one; also one
        that had ended with this very line, so that it does not matter which word came first.
        """
        contract = self._contracts[line.contract]
        was_last = line.end is None or line.end == contract.ended_on
        self.touched.append(Touched(cause, line.contract, line.id))
        if line.start >= on:
            self._remove(line)
        else:
            line.end = on
            if line.id is not None:
                self.changed[line.id] = line
        self._released.append(line.number)
        if with_contract and was_last:
            self.end_contract(contract, on=on, cause=cause)

    def end_contract(self, contract: Contract, *, on: date, cause: int) -> None:
        """End a contract, and its open line with it."""
        line = self.open_line(contract)
        if line is not None:
            self.end_line(line, on=on, cause=cause, with_contract=False)
        if contract.ended_on is None or contract.ended_on > on:
            contract.ended_on = on
            self.ended[contract.id] = on
            self.touched.append(Touched(cause, contract.id))

    def revive(self, contract: int, *, cause: int) -> None:
        """A contract that had ended lives on."""
        if self._contracts[contract].ended_on is not None:
            self._contracts[contract].ended_on = None
            self.ended[contract] = None
            self.touched.append(Touched(cause, contract))

    def take_released(self) -> list[str]:
        """Numbers given up since this was asked last."""
        released, self._released = self._released, []
        return released

    def _remove(self, line: Line) -> None:
        self._on_number[line.number].remove(line)
        self._of_contract[line.contract].remove(line)
        if line.id is None:
            self.lines.remove(line)
        else:
            self.changed.pop(line.id, None)
            self.removed.append(line.id)
