"""The operator that plays every answer, and the sums that must come out of them."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthcare.kernel.periods import calendar_month
from packages.operators import answer_file
from packages.operators.answers import (
    AnswerLine,
    FileReason,
    FileStatus,
    LineStatus,
    NextStep,
    Reason,
)
from packages.operators.charges import ChargeKind, ChargeLine
from packages.operators.layout import Layout
from packages.operators.reconciliation import Bucket, reconcile
from packages.operators.records import FileError
from packages.operators.simulator import Mishap, Script, Verdict, play
from packages.pricing.documents import TaxTotal

Charge = Callable[..., ChargeLine]
Written = Callable[..., list[bytes]]

GOLDENS = Path(__file__).parents[3] / "goldens" / "billing.json"
OCTOBER = calendar_month(date(2026, 10, 1))


def rejected(reason: Reason) -> Verdict:
    return Verdict(LineStatus.REJECTED, reason)


def only_answer(records: list[bytes], script: Script | None = None) -> answer_file.AnswerFile:
    (delivery,) = play(records, script)
    return answer_file.read(BytesIO(delivery.content))


def test_everything_is_accepted_unless_the_script_says_otherwise(
    charge: Charge, written: Written
) -> None:
    found = only_answer(written([charge("c-1"), charge("c-2")]))
    assert (found.header.merchant, found.header.file_seq) == ("MIMAMORI", 7)
    assert found.header.status is FileStatus.ACCEPTED
    assert found.lines == (
        AnswerLine("c-1", LineStatus.ACCEPTED, None, "R000007-0000001", "2026-10"),
        AnswerLine("c-2", LineStatus.ACCEPTED, None, "R000007-0000002", "2026-10"),
    )


@pytest.mark.parametrize("reason", Reason)
def test_each_reason_can_be_played(charge: Charge, written: Written, reason: Reason) -> None:
    script = Script(verdicts={"c-2": rejected(reason)})
    one, two = only_answer(written([charge("c-1"), charge("c-2")]), script).lines
    assert one.status is LineStatus.ACCEPTED
    assert two == AnswerLine("c-2", LineStatus.REJECTED, reason, "", None)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda r: r[:-1], FileReason.BAD_TRAILER),
        (lambda r: [*r[:-1], r[-1].replace(b"T,1", b"T,2")], FileReason.BAD_TRAILER),
        (lambda r: [r[0], r[1].replace(b"plus", b"gold"), r[2]], FileReason.BAD_TRAILER),
        (lambda r: [r[0], b"L,x\r\n", r[2]], FileReason.UNREADABLE),
    ],
)
def test_a_bad_charge_file_is_rejected_whole(
    charge: Charge,
    written: Written,
    damage: Callable[[list[bytes]], list[bytes]],
    reason: FileReason,
) -> None:
    found = only_answer(damage(written([charge("c-1")])))
    assert (found.header.status, found.header.reason) == (FileStatus.REJECTED, reason)
    assert found.header.file_seq == 7
    assert found.lines == ()


@pytest.mark.parametrize(
    ("expected", "reason"),
    [(6, FileReason.SEQUENCE_GAP), (7, None), (8, FileReason.DUPLICATE_FILE)],
)
def test_the_sequence_of_files_has_no_gap_and_no_repeat(
    charge: Charge, written: Written, expected: int, reason: FileReason | None
) -> None:
    found = only_answer(written([charge("c-1")]), Script(expected_seq=expected))
    assert found.header.reason is reason
    assert len(found.lines) == (reason is None)


def test_a_charge_sent_again_gets_the_answer_it_had(charge: Charge, written: Written) -> None:
    first = only_answer(written([charge("c-1")]))
    known = {line.key: line for line in first.lines}
    again = only_answer(
        written([charge("c-0"), charge("c-1", attempt=2)], file_seq=8, cycle="2026-11"),
        Script(known=known, otherwise=rejected(Reason.DENIED)),
    )
    assert again.lines[1] == first.lines[0]
    assert again.lines[0].reason is Reason.DENIED


def test_answers_get_lost_come_twice_late_or_damaged(charge: Charge, written: Written) -> None:
    records = written([charge("c-1")])
    (prompt,) = play(records)
    assert play(records, Script(mishap=Mishap.LOST)) == ()
    twice = play(records, Script(mishap=Mishap.DUPLICATE))
    assert [delivery.content for delivery in twice] == [prompt.content, prompt.content]
    (late,) = play(records, Script(mishap=Mishap.LATE, days_late=33))
    assert (late.after_days, late.content) == (33, prompt.content)
    (damaged,) = play(records, Script(mishap=Mishap.BAD_TRAILER))
    with pytest.raises(FileError, match="line 3, field sha256"):
        answer_file.read(BytesIO(damaged.content))


def test_d_ack_partial(charge: Charge, written: Written) -> None:
    cases = json.loads(GOLDENS.read_text("utf-8"))["cases"]
    (golden,) = [case for case in cases if case["id"] == "d-ack-partial"]
    given, expected = golden["inputs"], golden["expected"]
    lines = [
        charge(f"c-{number}", taxes=(TaxTotal(Decimal(0), amount, 0),))
        for number, amount in enumerate(given["amounts"])
    ]
    layout = Layout(
        "words",
        line_statuses={"ACCEPTED": "accepted", "REJECTED": "rejected", "UNKNOWN": "unknown"},
        reasons={"RETRY_LIMIT": "over_limit", "REJECT_NO_SUBSCRIBER": "no_subscriber"},
    )
    verdicts = {
        f"c-{number}": rejected(Reason(layout.reasons[word]))
        for number, word in enumerate(given["result"])
        if word in layout.reasons
    }
    (delivery,) = play(written(lines), Script(verdicts=verdicts), layout=layout)
    answers = answer_file.read(BytesIO(delivery.content), layout=layout).lines
    found = reconcile(lines, answers)
    assert found.buckets[NextStep.COLLECT] == Bucket(3, expected["paid"])
    assert found.buckets[NextStep.NEXT_CYCLE] == Bucket(1, expected["retry"])
    assert found.buckets[NextStep.ASK_MEMBER] == Bucket(1, expected["to_direct_billing"])
    assert found.amount == expected["sum"] == given["total"]
    assert len(found.unmatched) == expected["unmatched"]


def test_what_was_not_answered_or_never_sent_is_named(charge: Charge) -> None:
    stranger = AnswerLine("c-9", LineStatus.ACCEPTED, None, "R9", "2026-10")
    found = reconcile([charge("c-1", 980)], [stranger])
    assert found.unanswered == ("c-1",)
    assert found.unmatched == ("c-9",)
    assert found.buckets[NextStep.ASK_AGAIN] == Bucket(1, 1078)


verdicts = st.one_of(
    st.just(Verdict()),
    st.just(Verdict(LineStatus.UNKNOWN)),
    st.builds(rejected, st.sampled_from(Reason)),
)


@given(st.lists(st.tuples(st.integers(1, 10**6), st.booleans(), verdicts | st.none())))
def test_every_unit_of_money_stands_in_exactly_one_bucket(
    drawn: list[tuple[int, bool, Verdict | None]],
) -> None:
    lines, answers, total = [], [], 0
    for number, (amount, refund, verdict) in enumerate(drawn):
        key = f"c-{number}"
        lines.append(line_of(key, amount, refund=refund))
        total += -amount if refund else amount
        if verdict is not None:
            answers.append(AnswerLine(key, verdict.status, verdict.reason, "", None))
    found = reconcile(lines, answers)
    assert found.amount == total
    assert sum(bucket.count for bucket in found.buckets.values()) == len(drawn)


def line_of(key: str, amount: int, *, refund: bool) -> ChargeLine:
    return ChargeLine(
        key=key,
        kind=ChargeKind.REFUND if refund else ChargeKind.CHARGE,
        operator_subscriber_id="S",
        msisdn="819012345678",
        package="plus",
        period=OCTOBER,
        amount=amount,
        taxes=(TaxTotal(Decimal(0), amount, 0),),
        text="Mimamori",
        product_code="P2",
        original_key="c" if refund else None,
    )
