"""Answer files, and what follows from an answer."""

from collections.abc import Callable
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packages.operators import answer_file
from packages.operators.answers import (
    MOST_ATTEMPTS,
    AnswerHeader,
    AnswerLine,
    FileReason,
    FileStatus,
    LineStatus,
    NextStep,
    Reason,
    next_step,
)
from packages.operators.layout import STANDARD, Layout
from packages.operators.records import FileError, TrailerError

HEADER = AnswerHeader("MIMAMORI", 7, FileStatus.ACCEPTED, None)
ACCEPTED = AnswerLine("c-1", LineStatus.ACCEPTED, None, "R1", "2026-10")
REFUSED = AnswerLine("c-2", LineStatus.REJECTED, Reason.PORTED, "", None)
UNKNOWN = AnswerLine("c-3", LineStatus.UNKNOWN, None, "", None)


def records(*lines: AnswerLine, header: AnswerHeader = HEADER) -> list[bytes]:
    return list(answer_file.write(header, lines))


def test_an_answer_as_it_stands_in_the_file() -> None:
    assert b"".join(records(ACCEPTED, REFUSED, UNKNOWN)[:-1]) == (
        b"A,1,MIMAMORI,7,accepted,\r\n"
        b"R,c-1,accepted,,R1,2026-10\r\n"
        b"R,c-2,rejected,ported,,\r\n"
        b"R,c-3,unknown,,,\r\n"
    )


def test_what_was_written_is_read() -> None:
    found = answer_file.read(records(ACCEPTED, REFUSED, UNKNOWN))
    assert (found.header, found.lines) == (HEADER, (ACCEPTED, REFUSED, UNKNOWN))
    whole = AnswerHeader("MIMAMORI", 7, FileStatus.REJECTED, FileReason.SEQUENCE_GAP)
    assert answer_file.read(records(header=whole)).header == whole


@pytest.mark.parametrize(
    ("damage", "error", "place"),
    [
        (lambda r: [b"\xef\xbb\xbf" + r[0], *r[1:]], FileError, "line 1: begins with a byte"),
        (lambda r: [r[0], r[1].replace(b"R1", b"R\x001"), *r[2:]], FileError, "line 2: holds a"),
        (lambda r: [r[0], r[1].replace(b"R1", b'"R1'), *r[2:]], FileError, "line 2: has a quote"),
        (lambda r: [r[0], r[1].replace(b"accepted", b"ok"), *r[2:]], FileError,
         "line 2, field status: 'ok' is not one of accepted, rejected, unknown"),
        (lambda r: [r[0], r[1].replace(b"R1", b""), *r[2:]], FileError,
         "line 2, field operator_ref"),
        (lambda r: [r[0], r[1].replace(b"2026-10", b"10/2026"), *r[2:]], FileError,
         "line 2, field bill_month: '10/2026' is not a month"),
        (lambda r: [r[0], r[1].replace(b",2026-10", b","), *r[2:]], FileError,
         "line 2, field bill_month: an accepted line"),
        (lambda r: [r[0], r[1].replace(b"accepted,", b"accepted,ported"), *r[2:]], FileError,
         "line 2, field reason: an accepted line has no reason"),
        (lambda r: [*r[:2], r[2].replace(b"ported", b""), *r[3:]], FileError,
         "line 3, field reason: '' is not one of"),
        (lambda r: [*r[:2], r[1], *r[2:]], FileError, "line 3, field charge_key: c-1 is answered"),
        (lambda r: [r[0].replace(b"accepted", b"rejected"), *r[1:]], FileError,
         "line 1, field reason"),
        (lambda r: [r[0].replace(b"accepted,", b"rejected,bad_trailer"), *r[1:]], FileError,
         "line 2: answers a charge, but"),
        (lambda r: [r[0].replace(b",7,", b",x,"), *r[1:]], FileError, "line 1, field file_seq"),
        (lambda r: [], FileError, "the file is empty"),
        (lambda r: [*r, r[1]], FileError, "line 5: comes after the trailer"),
        (lambda r: r[:-1], TrailerError, "the trailer is missing"),
        (lambda r: [*r[:2], *r[3:]], TrailerError, "line 3, field count"),
        (lambda r: [*r[:2], r[2].replace(b"ported", b"denied"), *r[3:]], TrailerError,
         "line 4, field sha256"),
    ],
)  # fmt: skip
def test_a_damaged_answer_is_not_read(
    damage: Callable[[list[bytes]], list[bytes]], error: type[FileError], place: str
) -> None:
    with pytest.raises(error, match=place):
        answer_file.read(BytesIO(b"".join(damage(records(ACCEPTED, REFUSED)))))


@given(st.lists(st.binary(max_size=60), max_size=6))
def test_any_bytes_are_read_or_refused(lines: list[bytes]) -> None:
    with pytest.raises(FileError):
        answer_file.read(lines)


def test_an_operator_has_words_of_its_own() -> None:
    layout = Layout(
        "words",
        line_statuses={"OK": "accepted", "NG": "rejected", "WAIT": "unknown"},
        reasons={"RETRY_LIMIT": "over_limit", "REJECT_NO_SUBSCRIBER": "no_subscriber"},
    )
    line = AnswerLine("c-9", LineStatus.REJECTED, Reason.OVER_LIMIT, "", None)
    written = list(answer_file.write(HEADER, [ACCEPTED, line], layout=layout))
    assert written[2] == b"R,c-9,NG,RETRY_LIMIT,,\r\n"
    assert answer_file.read(written, layout=layout).lines == (ACCEPTED, line)
    with pytest.raises(FileError, match="line 2, field status: 'OK'"):
        answer_file.read(written, layout=STANDARD)


@pytest.mark.parametrize(
    ("status", "reason", "attempt", "step"),
    [
        (LineStatus.ACCEPTED, None, 1, NextStep.COLLECT),
        (LineStatus.UNKNOWN, None, 1, NextStep.ASK_AGAIN),
        (LineStatus.REJECTED, Reason.UNKNOWN, 1, NextStep.ASK_AGAIN),
        (LineStatus.REJECTED, Reason.OVER_LIMIT, 1, NextStep.NEXT_CYCLE),
        (LineStatus.REJECTED, Reason.OVER_LIMIT, MOST_ATTEMPTS - 1, NextStep.NEXT_CYCLE),
        (LineStatus.REJECTED, Reason.OVER_LIMIT, MOST_ATTEMPTS, NextStep.ASK_MEMBER),
        (LineStatus.REJECTED, Reason.LINE_SUSPENDED, 1, NextStep.HOLD),
        (LineStatus.REJECTED, Reason.PORTED, 1, NextStep.STOP),
        (LineStatus.REJECTED, Reason.LINE_ENDED, 1, NextStep.STOP),
        (LineStatus.REJECTED, Reason.NUMBER_RECYCLED, 1, NextStep.STOP),
        (LineStatus.REJECTED, Reason.NO_SUBSCRIBER, 1, NextStep.ASK_MEMBER),
        (LineStatus.REJECTED, Reason.DENIED, 1, NextStep.ASK_MEMBER),
    ],
)
def test_what_follows_from_an_answer(
    status: LineStatus, reason: Reason | None, attempt: int, step: NextStep
) -> None:
    assert next_step(status, reason, attempt=attempt) is step
