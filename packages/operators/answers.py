"""What an operator answers to a charge file, and what follows from it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class FileStatus(StrEnum):
    """First level: the whole file."""

    ACCEPTED = "accepted"
    """It was read; every line has its own answer."""
    REJECTED = "rejected"
    """Nothing of it was taken; the reason says why."""


class LineStatus(StrEnum):
    """Second level: one charge."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    """The operator cannot say yet."""


class Reason(StrEnum):
    """Why a line is not accepted."""

    OVER_LIMIT = "over_limit"
    LINE_SUSPENDED = "line_suspended"
    PORTED = "ported"
    LINE_ENDED = "line_ended"
    NUMBER_RECYCLED = "number_recycled"
    NO_SUBSCRIBER = "no_subscriber"
    DENIED = "denied"
    """The holder does not allow charges of others on the bill."""
    UNKNOWN = "unknown"


class FileReason(StrEnum):
    """Why a whole file is rejected."""

    BAD_TRAILER = "bad_trailer"
    SEQUENCE_GAP = "sequence_gap"
    DUPLICATE_FILE = "duplicate_file"
    UNREADABLE = "unreadable"


class NextStep(StrEnum):
    """What to do with a charge after its answer; every charge stands in exactly one."""

    COLLECT = "collect"
    """It is on the bill; wait for the money."""
    ASK_AGAIN = "ask_again"
    """Same key, same cycle."""
    NEXT_CYCLE = "next_cycle"
    HOLD = "hold"
    """Until the line works again."""
    STOP = "stop"
    """The line no longer belongs to the person: charge nothing to it any more."""
    ASK_MEMBER = "ask_member"
    """For another way to pay."""


MOST_ATTEMPTS: Final = 3
"""Cycles in which a charge over the limit is tried."""

_STEP_OF_REASON: Final = {
    Reason.OVER_LIMIT: NextStep.NEXT_CYCLE,
    Reason.LINE_SUSPENDED: NextStep.HOLD,
    Reason.PORTED: NextStep.STOP,
    Reason.LINE_ENDED: NextStep.STOP,
    Reason.NUMBER_RECYCLED: NextStep.STOP,
    Reason.NO_SUBSCRIBER: NextStep.ASK_MEMBER,
    Reason.DENIED: NextStep.ASK_MEMBER,
    Reason.UNKNOWN: NextStep.ASK_AGAIN,
}


def next_step(status: LineStatus, reason: Reason | None, *, attempt: int) -> NextStep:
    """What follows from an answer to the given attempt (from 1)."""
    if status is LineStatus.ACCEPTED:
        return NextStep.COLLECT
    if status is LineStatus.UNKNOWN or reason is None:
        return NextStep.ASK_AGAIN
    if reason is Reason.OVER_LIMIT and attempt >= MOST_ATTEMPTS:
        return NextStep.ASK_MEMBER
    return _STEP_OF_REASON[reason]


@dataclass(frozen=True, slots=True)
class AnswerHeader:
    """First line of an answer file."""

    merchant: str
    file_seq: int
    status: FileStatus
    reason: FileReason | None
    """Only of a rejected file."""


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """The operator's word on one charge."""

    key: str
    status: LineStatus
    reason: Reason | None
    """Of a line that is not accepted."""
    operator_ref: str
    """The operator's number of an accepted charge, else empty."""
    bill_month: str | None
    """Bill on which an accepted charge stands, YYYY-MM."""
