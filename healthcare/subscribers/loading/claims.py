"""Who holds which number from which day: the rules, on values, without a database.

Only contested rows come here: a number that has or had another holder, a contract id that was
given out before, a contract that changes its number. The outcome depends on neither the order of
the rows in the file nor on how often the file is sent.

The rules, after `docs/formats/subscribers.md`:

1. New contracts come first, the earliest activation first; then changes of number.
2. A number belongs to the contract that was activated last. A later one takes it: the older line
   and contract end with the new activation. One that is not later is held.
3. A number that was given up is free from the day it was given up.
4. A contract id given out again later is another person; an older row of that id is held.
5. Two new contracts of one day, or two changes, that want one number are all held; so is a new
   contract whose number a contract activated later changes to in the same file.
6. A contract that the operator ended by word does not come back with another number: held.

A row that has to wait for another row to give up its number is looked at again when it does, so a
chain of changes works in any order.
"""

import heapq
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

from healthcare.subscribers.loading.register import Contract, Register


@dataclass(frozen=True, slots=True)
class Claim:
    """A row of the file that wants a number for a contract that lacks it."""

    file_line: int
    contract: int
    subscriber: str
    activated_on: date
    number: str
    known: bool

    @property
    def rank(self) -> tuple[bool, date, str]:
        return (self.known, self.activated_on, self.subscriber)


@dataclass(frozen=True, slots=True)
class Held:
    """Why a person must decide. `until` is the number whose release would settle it."""

    field: str
    code: str
    text: str
    until: str | None = None


def settle(claims: list[Claim], register: Register, *, today: date) -> dict[int, Held]:
    """Give every claim its number in the register, or hold it; returns what is held by line."""
    held = _ambiguous(claims, register)
    queue = [(c.rank, c.file_line, c) for c in claims if c.file_line not in held]
    heapq.heapify(queue)
    waiting: dict[str, list[Claim]] = defaultdict(list)
    while queue:
        _, line, claim = heapq.heappop(queue)
        reason = (
            _change_number(claim, register, today) if claim.known else _activate(claim, register)
        )
        if reason is None:
            held.pop(line, None)
        else:
            held[line] = reason
            if reason.until is not None:
                waiting[reason.until].append(claim)
        for number in register.take_released():
            for waiter in waiting.pop(number, []):
                heapq.heappush(queue, (waiter.rank, waiter.file_line, waiter))
    return held


def _ambiguous(claims: list[Claim], register: Register) -> dict[int, Held]:
    """Claims that no order could settle: rule 5, and changes to a contract id given out again."""
    rivals = Counter((c.number, None if c.known else c.activated_on) for c in claims)
    newest: dict[str, date] = {}
    latest_change: dict[str, date] = {}
    for claim in claims:
        if claim.known:
            latest_change[claim.number] = max(
                claim.activated_on, latest_change.get(claim.number, claim.activated_on)
            )
        else:
            newest[claim.subscriber] = max(
                claim.activated_on, newest.get(claim.subscriber, claim.activated_on)
            )
    held = {}
    for claim in claims:
        later = register.latest_of(claim.subscriber)
        # Created, it would lose its number at once, and be held when the file is sent again.
        overtaken = not claim.known and (
            latest_change.get(claim.number, date.min) > claim.activated_on
        )
        if overtaken or rivals[claim.number, None if claim.known else claim.activated_on] > 1:
            held[claim.file_line] = Held(
                "msisdn",
                "number_claimed_twice",
                "Several rows of this file want this number: keep the right one and send it again.",
            )
        elif claim.known and (
            newest.get(claim.subscriber, date.min) > claim.activated_on
            or (later is not None and later.activated_on > claim.activated_on)
        ):
            held[claim.file_line] = _given_out_again()
    return held


def _given_out_again() -> Held:
    return Held(
        "activated_on",
        "newer_activation",
        "This contract id was activated again later, for another person: check the date.",
    )


def _over(contract: Contract) -> Held:
    return Held(
        "operator_subscriber_id",
        "contract_ended",
        f"The operator ended this contract on {contract.ended_on}: this row is older than that, or"
        " it lacks the date of a new activation.",
    )


def _in_use(number: str, since: date) -> Held:
    return Held(
        "msisdn",
        "number_in_use",
        f"The number is in use since {since} by a living contract that was not activated earlier"
        " than this one: check which of them has it.",
        until=number,
    )


def _activate(claim: Claim, register: Register) -> Held | None:
    """A contract that was not known: its line begins with its activation, if it can."""
    start = claim.activated_on
    former = register.latest_of(claim.subscriber)
    own_line = register.open_line(former) if former else None
    if former is not None and former.activated_on > start:
        return _given_out_again()
    if own_line is not None and own_line.start >= start:
        return _in_use(own_line.number, own_line.start)
    last = register.last_line_on(claim.number)
    if last is not None:
        older = register.contract(last.contract).activated_on < start and last.start < start
        if last.end is None and not older:
            return _in_use(claim.number, last.start)
        if older and (last.end is None or last.end > start):
            register.end_line(last, on=start, cause=claim.contract, with_contract=True)
        elif last.end is not None:
            start = max(start, last.end)
    if former is not None:
        register.end_contract(former, on=claim.activated_on, cause=claim.contract)
    register.add_contract(Contract(claim.contract, claim.subscriber, claim.activated_on))
    register.open(claim.contract, claim.number, start)
    return None


def _change_number(claim: Claim, register: Register, today: date) -> Held | None:
    """A known contract with another number than before: the change counts from today."""
    if register.contract(claim.contract).over:
        return _over(register.contract(claim.contract))
    last = register.last_line_on(claim.number)
    if last is not None and last.end is None:
        holder = register.contract(last.contract)
        if holder.activated_on >= claim.activated_on:
            return _in_use(claim.number, last.start)
        register.end_line(last, on=today, cause=claim.contract, with_contract=True)
    before = register.last_line_of(claim.contract)
    if before is not None and before.end is None:
        register.end_line(before, on=today, cause=claim.contract, with_contract=False)
    start = max(
        today,
        register.free_from(claim.number),
        register.unserved_from(claim.contract),
    )
    register.revive(claim.contract, cause=claim.contract)
    register.open(claim.contract, claim.number, start)
    return None
