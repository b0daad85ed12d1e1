"""Plays an operator: reads a charge file as strictly as one would, and answers by a script.

Pure and repeatable: the same file and script give the same bytes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from packages.operators import answer_file, charge_file
from packages.operators.answers import (
    AnswerHeader,
    AnswerLine,
    FileReason,
    FileStatus,
    LineStatus,
    Reason,
)
from packages.operators.charge_file import ChargeFile
from packages.operators.charges import ChargeLine, FileHeader
from packages.operators.layout import STANDARD, Layout
from packages.operators.records import FileError, TrailerError

_DIGEST_LENGTH: Final = 64
"""Hexadecimal digits of a SHA-256."""


class Mishap(StrEnum):
    """What happens to the answer on its way."""

    NONE = "none"
    LOST = "lost"
    DUPLICATE = "duplicate"
    LATE = "late"
    BAD_TRAILER = "bad_trailer"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the operator says to one charge."""

    status: LineStatus = LineStatus.ACCEPTED
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """How this operator behaves."""

    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    """By charge key."""
    otherwise: Verdict = field(default_factory=Verdict)
    known: Mapping[str, AnswerLine] = field(default_factory=dict)
    """Charges answered before: the same key gets the same answer, however often it is sent."""
    expected_seq: int | None = None
    """The next `file_seq`; None takes any."""
    mishap: Mishap = Mishap.NONE
    days_late: int = 10


@dataclass(frozen=True, slots=True)
class Delivery:
    """An answer file as it arrives."""

    after_days: int
    content: bytes


def play(
    file: Iterable[bytes], script: Script | None = None, *, layout: Layout = STANDARD
) -> tuple[Delivery, ...]:
    """The answers that arrive for a charge file given as its lines; none when they are lost."""
    script = Script() if script is None else script
    content = answer(file, script, layout=layout)
    match script.mishap:
        case Mishap.NONE:
            return (Delivery(1, content),)
        case Mishap.LOST:
            return ()
        case Mishap.DUPLICATE:
            return (Delivery(1, content), Delivery(2, content))
        case Mishap.LATE:
            return (Delivery(script.days_late, content),)
        case Mishap.BAD_TRAILER:
            return (Delivery(1, _with_bad_trailer(content)),)


def answer(file: Iterable[bytes], script: Script, *, layout: Layout = STANDARD) -> bytes:
    """The answer file: accepted with a word on every line, or rejected whole."""
    lines = list(file)
    try:
        charges = charge_file.read(lines, layout=layout)
    except FileError as error:
        damaged = isinstance(error, TrailerError)
        reason = FileReason.BAD_TRAILER if damaged else FileReason.UNREADABLE
        return _rejection(_header_of(lines, layout), reason, layout)
    expected = script.expected_seq
    if expected is not None and charges.header.file_seq != expected:
        seen = charges.header.file_seq < expected
        reason = FileReason.DUPLICATE_FILE if seen else FileReason.SEQUENCE_GAP
        return _rejection(charges.header, reason, layout)
    header = AnswerHeader(
        merchant=charges.header.merchant,
        file_seq=charges.header.file_seq,
        status=FileStatus.ACCEPTED,
        reason=None,
    )
    return b"".join(answer_file.write(header, _answers(charges, script), layout=layout))


def _answers(charges: ChargeFile, script: Script) -> Iterable[AnswerLine]:
    for number, line in enumerate(charges.lines, start=1):
        known = script.known.get(line.key)
        yield known if known is not None else _answer(charges.header, number, line, script)


def _answer(header: FileHeader, number: int, line: ChargeLine, script: Script) -> AnswerLine:
    verdict = script.verdicts.get(line.key, script.otherwise)
    accepted = verdict.status is LineStatus.ACCEPTED
    return AnswerLine(
        key=line.key,
        status=verdict.status,
        reason=verdict.reason,
        operator_ref=f"R{header.file_seq:06d}-{number:07d}" if accepted else "",
        bill_month=header.cycle if accepted else None,
    )


def _header_of(lines: list[bytes], layout: Layout) -> FileHeader | None:
    try:
        return charge_file.read_header(lines, layout=layout)
    except FileError:
        return None


def _rejection(header: FileHeader | None, reason: FileReason, layout: Layout) -> bytes:
    said = AnswerHeader(
        merchant="" if header is None else header.merchant,
        file_seq=0 if header is None else header.file_seq,
        status=FileStatus.REJECTED,
        reason=reason,
    )
    return b"".join(answer_file.write(said, (), layout=layout))


def _with_bad_trailer(content: bytes) -> bytes:
    """The same answer, damaged after its hash was made."""
    records = content.splitlines(keepends=True)
    digest = next(cell for cell in records[-1].strip().split(b",") if len(cell) == _DIGEST_LENGTH)
    return b"".join(records[:-1]) + records[-1].replace(digest, b"0" * _DIGEST_LENGTH)
