"""Charge files and their answers."""

from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest

from healthcare.brakes import pulling
from healthcare.brakes.models import Kind
from healthcare.patients.models import Patient
from healthcare.subscribers.models import Line, Operator
from packages import billing, charging, subscribing
from packages.models import BillingPolicy, Charge, ChargeAnswer, ChargeFile, Invoice
from packages.operators import answer_file, charge_file
from packages.operators.answers import AnswerHeader, AnswerLine, FileStatus, LineStatus, Reason
from packages.operators.charges import ChargeKind
from packages.operators.records import FileError
from packages.operators.simulator import Script, Verdict, play
from packages.pricing.history import CancelWhen
from tests.unit.packages.conftest import BY, NOW, at_noon

OCTOBER = date(2026, 10, 1)
MakeMember = Callable[[], Patient]


def take(patient: Patient, package: str = "standard", on: date = OCTOBER) -> None:
    subscribing.subscribe(patient=patient, package=package, on=on, now=at_noon(on), by=BY)


def bill(demo: Operator) -> None:
    billing.run(month=OCTOBER, operator=demo, as_of=NOW, by=BY)


def write(demo: Operator) -> tuple[charging.WrittenCharges, bytes]:
    out = BytesIO()
    written = charging.write(month=OCTOBER, operator=demo, out=out, as_of=NOW, by=BY)
    return written, out.getvalue()


def read(demo: Operator, content: bytes) -> charging.Applied:
    return charging.read_answer(
        file=content.splitlines(keepends=True), operator=demo, as_of=NOW, by=BY
    )


def states() -> dict[str, str]:
    return dict(Charge.objects.values_list("key", "state"))


def test_a_file_holds_the_month_and_is_written_again_byte_for_byte(
    new_member: MakeMember, demo: Operator
) -> None:
    for package in ("standard", "premium", "free"):
        take(new_member(), package)
    bill(demo)
    first, content = write(demo)
    again, same = write(demo)
    assert (first.created, again.created, first.file) == (True, False, again.file)
    assert content == same
    read_back = charge_file.read(content.splitlines(keepends=True))
    assert (read_back.header.file_seq, read_back.header.cycle) == (1, "2026-10")
    assert [(line.key, line.amount, line.package) for line in read_back.lines] == [
        ("demo-health-2026-00000001", 330, "standard"),
        ("demo-health-2026-00000002", 980, "premium"),
    ]
    assert {line.text for line in read_back.lines} == {"Mimamori service"}
    assert read_back.trailer.total == first.file.total == 1310


def test_new_charges_make_a_new_file_with_the_next_number(
    new_member: MakeMember, demo: Operator
) -> None:
    take(new_member())
    bill(demo)
    write(demo)
    take(new_member(), on=date(2026, 10, 9))
    bill(demo)
    second, content = write(demo)
    assert (second.file.file_seq, second.file.count) == (2, 1)
    assert b"demo-health-2026-00000002" in content
    assert list(ChargeFile.objects.order_by("file_seq").values_list("file_seq", "count")) == [
        (1, 1),
        (2, 1),
    ]


def test_a_credit_note_is_a_refund_of_its_charge(
    person: Patient, demo: Operator, policy: BillingPolicy
) -> None:
    policy.proration = "actual_days"
    policy.save()
    take(person, "premium")
    on = date(2026, 10, 16)
    subscribing.cancel(patient=person, when=CancelWhen.NOW, on=on, now=at_noon(on), by=BY)
    bill(demo)
    _, content = write(demo)
    charge, refund = charge_file.read(content.splitlines(keepends=True)).lines
    assert (charge.kind, charge.amount) == (ChargeKind.CHARGE, 980)
    assert (refund.kind, refund.amount) == (ChargeKind.REFUND, 980 - 980 * 16 // 31)
    assert refund.original_key == charge.key


def test_a_contract_without_a_number_waits(new_member: MakeMember, demo: Operator) -> None:
    with_number, without = new_member(), new_member()
    take(with_number)
    take(without)
    Line.objects.filter(contract__patient=without).delete()
    bill(demo)
    written, _ = write(demo)
    assert (written.file.count, written.without_number) == (1, 1)


def test_a_month_is_billed_before_it_is_charged(person: Patient, demo: Operator) -> None:
    with pytest.raises(charging.ChargesRefused, match="run_billing --month 2026-10"):
        write(demo)
    bill(demo)
    with pytest.raises(charging.ChargesRefused, match="no charges"):
        write(demo)


def test_answers_move_charges_and_every_line_is_counted(
    new_member: MakeMember, demo: Operator
) -> None:
    for _ in range(3):
        take(new_member())
    bill(demo)
    _, content = write(demo)
    keys = list(states())
    script = Script(
        verdicts={
            keys[1]: Verdict(LineStatus.REJECTED, Reason.OVER_LIMIT),
            keys[2]: Verdict(LineStatus.UNKNOWN, Reason.UNKNOWN),
        }
    )
    (delivery,) = play(content.splitlines(keepends=True), script)
    applied = read(demo, delivery.content)
    assert (applied.accepted, applied.rejected, applied.unknown) == (1, 1, 1)
    assert list(states().values()) == ["accepted", "rejected", "unknown"]
    accepted, rejected, _ = Charge.objects.order_by("pk")
    assert accepted.operator_ref
    assert accepted.bill_month is not None
    assert (rejected.reason, rejected.attempts) == ("over_limit", 1)
    again = read(demo, delivery.content)
    assert (again.already_read, again.accepted, again.unchanged) == (True, 0, 3)
    assert ChargeAnswer.objects.count() == 1


def answer(seq: int, *lines: AnswerLine, merchant: str = "Mimamori") -> bytes:
    header = AnswerHeader(merchant, seq, FileStatus.ACCEPTED, None)
    return b"".join(answer_file.write(header, lines))


def accepted(key: str) -> AnswerLine:
    return AnswerLine(key, LineStatus.ACCEPTED, None, "REF", "2026-11")


def test_a_later_word_on_an_unknown_charge_counts_a_contradiction_does_not(
    new_member: MakeMember, demo: Operator
) -> None:
    for _ in range(2):
        take(new_member())
    bill(demo)
    write(demo)
    one, two = states()
    unknown = AnswerLine(two, LineStatus.UNKNOWN, Reason.UNKNOWN, "", None)
    read(demo, answer(1, accepted(one), unknown))
    denied = AnswerLine(one, LineStatus.REJECTED, Reason.DENIED, "", None)
    later = read(demo, answer(1, denied, accepted(two), accepted("demo-health-2026-99999999")))
    assert (later.accepted, later.contradicting) == (1, (one,))
    assert later.unmatched == ("demo-health-2026-99999999",)
    assert states() == {one: "accepted", two: "accepted"}


def test_answers_to_nothing_are_refused_in_words(person: Patient, demo: Operator) -> None:
    take(person)
    bill(demo)
    write(demo)
    with pytest.raises(FileError, match="line 1, field file_seq: no file 7"):
        read(demo, answer(7))
    with pytest.raises(FileError, match="line 1, field merchant"):
        read(demo, answer(1, merchant="Somebody"))
    cut = answer(1, accepted(next(iter(states())))).splitlines(keepends=True)[:-1]
    with pytest.raises(FileError, match="trailer"):
        read(demo, b"".join(cut))
    assert list(states().values()) == ["sent"]


def test_a_file_that_would_differ_is_not_sent(person: Patient, demo: Operator) -> None:
    take(person)
    bill(demo)
    write(demo)
    Invoice.objects.update(net=301, tax=29)
    Invoice.objects.get().taxes.update(net=301, tax=29)
    with pytest.raises(charging.ChargesRefused, match="changed by hand"):
        write(demo)


def test_a_pulled_brake_writes_no_charge_file_old_or_new(
    new_member: MakeMember, demo: Operator
) -> None:
    take(new_member())
    bill(demo)
    pulling.pull(kind=Kind.CHARGES, of="demo", reason="wrong amounts", now=NOW, by=BY)
    with pytest.raises(charging.ChargesRefused, match="wrong amounts"):
        write(demo)
    assert not ChargeFile.objects.exists()
    pulling.release(kind=Kind.CHARGES, of="demo", now=NOW, by=BY)
    first, _ = write(demo)
    assert first.created
    pulling.pull(kind=Kind.CHARGES, reason="all of them", now=NOW, by=BY)
    with pytest.raises(charging.ChargesRefused, match="all of them"):
        write(demo)
