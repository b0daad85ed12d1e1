"""The named stories of docs/numbers.md: what ends with a line, and what does not."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from devices.models import BloodPressureReading
from healthcare.accounts.middleware import KEY
from healthcare.accounts.models import Session, User
from healthcare.audit.actors import command
from healthcare.audit.models import AuditRecord
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.access import scope_for
from healthcare.patients.models import Patient
from healthcare.subscribers import ending, linking
from healthcare.subscribers.line_ends import Cause, LineEnd
from healthcare.subscribers.models import Contract, LineAccess, Operator
from healthcare.subscribers.queries import contract_of
from healthcare.subscribers.signals import lines_ended
from healthcare.subscribers.undoing import roll_back
from packages import billing, charging, subscribing
from packages.models import BillingPolicy, Charge, Invoice, Subscription
from packages.pricing.problems import HistoryError
from tests.factories import ConsentFactory, UserFactory
from tests.measuring import measure
from tests.unit.healthcare.subscribers.conftest import (
    NOW,
    TODAY,
    TakeIn,
    demo,
    held_codes,
    outcomes,
    row,
    take_in,
)
from tests.unit.healthcare.subscribers.conftest import lines as lines_of

__all__ = ["demo", "take_in"]
BY = command("tests")
NOVEMBER = date(2026, 11, 1)


@dataclass(frozen=True)
class Member:
    """A member with a log-in, a session by their own means and one through their line."""

    contract: Contract
    patient: Patient
    user: User
    own: Client
    through_line: Client

    def readings(self, client: Client) -> int:
        return client.get(reverse("patient-readings", args=[self.patient.pk])).status_code

    def opens(self) -> bool:
        """Whether the operator's account opens the log-in now."""
        access = linking.access_of(
            operator=self.contract.operator, subject=subject(self.contract), now=NOW
        )
        return access is not None


def subject(contract: Contract) -> str:
    return f"account-{contract.pk}"


def joined(subscriber: str, *, on: date = NOVEMBER) -> Member:
    """The person of this contract consents, measures, takes a package and signs in twice."""
    contract = contract_of(operator_code="demo", operator_subscriber_id=subscriber)
    patient, user = contract.patient, UserFactory()
    patient.user = user
    patient.save()
    ConsentFactory(patient=patient)
    measure(patient, [(NOW - timedelta(days=1), 131, 81)])
    access = linking.link(
        contract=contract, user=user, subject=subject(contract), now=at(on), by=BY
    )
    subscribing.subscribe(patient=patient, package="standard", on=on, now=at(on), by=BY)
    own, through_line = Client(), Client()
    own.force_login(user)
    through_line.force_login(user)
    opened = Session.objects.get(pk=through_line.session[KEY])
    linking.session_opened(access=access, session=opened, now=NOW)
    return Member(contract, patient, user, own, through_line)


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 3, tzinfo=UTC)


def bill(month: date, as_of: datetime) -> None:
    billing.run(month=month, operator=Operator.objects.get(code="demo"), as_of=as_of, by=BY)


def charge(month: date, as_of: datetime) -> bytes:
    out = BytesIO()
    operator = Operator.objects.get(code="demo")
    charging.write(month=month, operator=operator, out=out, as_of=as_of, by=BY)
    return out.getvalue()


def payers_end(member: Member) -> date | None:
    end: date | None = Subscription.objects.get(patient=member.patient).period.upper
    return end


def recycled_after_90_days(member: Member, take_in: TakeIn) -> Contract:
    """The number rested for 90 days before S2 got it; nobody had told that S1 gave it up."""
    assert outcomes(take_in([row("S2", "2026-11-20", "1")])) == {"created": 1}
    return contract_of(operator_code="demo", operator_subscriber_id="S2")


def ported(member: Member, take_in: TakeIn) -> None:
    ending.end(contract=member.contract, on=date(2026, 11, 20), cause=Cause.PORTED, now=NOW, by=BY)


def ended(member: Member, take_in: TakeIn) -> None:
    ending.end(contract=member.contract, on=date(2026, 11, 20), now=NOW, by=BY)


def id_given_out_again(member: Member, take_in: TakeIn) -> None:
    assert outcomes(take_in([row("S1", "2026-11-20", "7")])) == {"created": 1}


@pytest.mark.parametrize("happens", [recycled_after_90_days, ported, ended, id_given_out_again])
def test_the_line_ends_and_care_goes_on(
    happens: Callable[[Member, TakeIn], Any], take_in: TakeIn
) -> None:
    take_in([row("S1", "2020-04-01", "1")])
    member = joined("S1")
    assert (member.readings(member.through_line), member.opens()) == (200, True)
    happens(member, take_in)
    # What was bound to the line is gone.
    assert not member.opens()
    assert member.readings(member.through_line) in (401, 403)
    assert member.through_line.get(reverse("portal:my:home")).status_code == 302
    assert payers_end(member) == date(2026, 11, 20)
    assert AuditRecord.objects.filter(
        action="subscribers.line_access_ended", patient_id=member.patient.pk
    ).exists()
    # What is the person's own is not.
    assert member.readings(member.own) == 200
    for page in ("home", "readings", "packages", "invoices", "consent", "seen"):
        assert member.own.get(reverse(f"portal:my:{page}")).status_code == 200
    assert member.patient.consents.exists()
    assert scope_for(member.user, now=NOW).patient_ids == {member.patient.pk}


def test_the_new_holder_gets_nothing_of_the_former(take_in: TakeIn) -> None:
    take_in([row("S1", "2020-04-01", "1")])
    former = joined("S1")
    contract = recycled_after_90_days(former, take_in)
    assert contract.patient_id != former.patient.pk
    new = joined("S2", on=TODAY)
    assert former.readings(new.own) == former.readings(new.through_line) == 404
    assert new.readings(former.own) == 404
    with acting_in(scope_for(new.user, now=NOW)):
        for model in (BloodPressureReading, Invoice, Subscription, LineAccess):
            owners = model.objects.values_list("patient_id", flat=True)
            assert set(owners) <= {new.patient.pk}
    with pytest.raises(linking.CannotLink, match="somebody else"):
        linking.link(contract=contract, user=former.user, subject="x", now=NOW, by=BY)


def test_the_same_person_with_another_number_keeps_everything(take_in: TakeIn) -> None:
    take_in([row("S1", "2020-04-01", "1")])
    member = joined("S1")
    told: list[LineEnd] = []

    def listen(sender: object, *, ends: list[LineEnd], **_: object) -> None:
        told.extend(ends)

    lines_ended.connect(listen)
    assert outcomes(take_in([row("S1", "2020-04-01", "2")])) == {"updated": 1}
    lines_ended.disconnect(listen)
    assert member.opens()
    assert member.readings(member.through_line) == member.readings(member.own) == 200
    assert payers_end(member) is None
    # Only what waits for the old number ends: higher rooms are told of it.
    number = f"+8190{11_110_001:08}"
    assert told == [
        LineEnd(member.contract.pk, member.patient.pk, number, TODAY, Cause.NUMBER_CHANGED)
    ]


def test_a_suspended_line_opens_and_pays_nothing_until_it_works_again(take_in: TakeIn) -> None:
    take_in([row("S1", "2020-04-01", "1")])
    member = joined("S1")
    bill(NOVEMBER, NOW)
    ending.suspend(contract=member.contract, since=TODAY, now=NOW, by=BY)
    assert not member.opens()
    assert member.readings(member.through_line) in (401, 403)
    assert member.readings(member.own) == 200
    assert payers_end(member) is None
    with pytest.raises(charging.ChargesRefused, match="1 wait for a paying contract"):
        charge(NOVEMBER, NOW)
    ending.resume(contract=member.contract, on=TODAY, now=NOW, by=BY)
    assert member.opens()
    assert member.readings(member.through_line) in (401, 403)
    assert b"demo-health-2026-00000001" in charge(NOVEMBER, NOW)


def test_a_family_line_ends_with_the_payer_and_not_with_the_patient(take_in: TakeIn) -> None:
    take_in([row("PAYER", "2020-04-01", "1"), row("CHILD", "2020-04-01", "2")])
    payer = contract_of(operator_code="demo", operator_subscriber_id="PAYER")
    child = contract_of(operator_code="demo", operator_subscriber_id="CHILD")
    ConsentFactory(patient=child.patient)
    subscribing.subscribe(
        patient=child.patient,
        package="standard",
        on=NOVEMBER,
        payer_contract=payer,
        now=at(NOVEMBER),
        by=BY,
    )
    ending.end(contract=child, on=date(2026, 11, 10), now=NOW, by=BY)
    assert Subscription.objects.get().period.upper is None
    ending.end(contract=payer, on=date(2026, 11, 20), now=NOW, by=BY)
    assert Subscription.objects.get().period.upper == date(2026, 11, 20)
    with pytest.raises(HistoryError, match="ended on 2026-11-20"):
        subscribing.subscribe(
            patient=child.patient,
            package="standard",
            on=TODAY,
            payer_contract=payer,
            now=NOW,
            by=BY,
        )


def test_planned_charges_of_days_after_the_end_are_never_written(take_in: TakeIn) -> None:
    take_in([row("S1", "2020-04-01", "1")])
    member = joined("S1", on=date(2026, 10, 5))
    for month in (date(2026, 10, 5), NOVEMBER):
        bill(month, NOW)
    charge(date(2026, 10, 5), NOW)
    ending.suspend(contract=member.contract, since=TODAY, now=NOW, by=BY)
    with pytest.raises(charging.ChargesRefused):
        charge(NOVEMBER, NOW)
    ending.end(contract=member.contract, on=date(2026, 10, 20), now=NOW, by=BY)
    assert list(Charge.objects.order_by("month").values_list("state", "reason")) == [
        ("sent", ""),
        ("stopped", "line_ended"),
    ]
    with pytest.raises(charging.ChargesRefused):
        charge(NOVEMBER, NOW)
    december = at(date(2026, 12, 2))
    bill(date(2026, 12, 1), december)
    assert Invoice.objects.filter(date__gte=date(2026, 11, 2)).count() == 0


def test_an_earlier_end_told_later_voids_what_was_not_billed(take_in: TakeIn) -> None:
    take_in([row("S1", "2020-04-01", "1")])
    member = joined("S1", on=date(2026, 10, 5))
    bill(date(2026, 10, 5), at(date(2026, 10, 6)))
    ending.end(contract=member.contract, on=TODAY, now=NOW, by=BY)
    assert payers_end(member) == TODAY
    ending.end(contract=member.contract, on=date(2026, 10, 20), now=NOW, by=BY)
    bill(NOVEMBER, NOW)
    assert payers_end(member) == date(2026, 10, 20)
    assert not Invoice.objects.filter(date__gte=date(2026, 10, 20), total__gt=0).exists()


def test_an_earlier_end_told_later_leaves_what_was_billed(take_in: TakeIn) -> None:
    take_in([row("S1", "2020-04-01", "1")])
    member = joined("S1", on=date(2026, 10, 5))
    for month in (date(2026, 10, 5), NOVEMBER):
        bill(month, NOW)
    ending.end(contract=member.contract, on=TODAY, now=NOW, by=BY)
    issued = list(Invoice.objects.values_list("pk", "total"))
    ending.end(contract=member.contract, on=date(2026, 10, 20), now=NOW, by=BY)
    assert payers_end(member) == TODAY
    assert list(Invoice.objects.values_list("pk", "total")) == issued


def test_days_that_were_paid_in_advance_come_back_where_days_are_counted(
    take_in: TakeIn, demo: Operator
) -> None:
    BillingPolicy.objects.filter(operator=demo).update(proration="actual_days")
    take_in([row("S1", "2020-04-01", "1")])
    member = joined("S1")
    bill(NOVEMBER, at(date(2026, 11, 2)))
    ended(member, take_in)
    bill(NOVEMBER, NOW)
    first, credit = Invoice.objects.order_by("date")
    assert (credit.kind, credit.date) == ("credit_note", date(2026, 11, 20))
    assert first.total + credit.total == first.total * 19 // 30


def test_an_older_file_does_not_bring_an_ended_contract_back(take_in: TakeIn) -> None:
    take_in([row("S1", "2020-04-01", "1")])
    take_in([row("S1", "2020-04-01", "2")], now=NOW - timedelta(days=20))
    member = joined("S1", on=date(2026, 11, 10))
    ended(member, take_in)
    batch = take_in([row("S1", "2020-04-01", "1")])
    assert held_codes(batch) == {"S1": "contract_ended"}
    assert not member.opens()


def test_words_and_files_end_at_the_same_in_any_order(take_in: TakeIn) -> None:
    states = []
    for first in ("word", "file"):
        subscriber, number = f"A{first}", "1" if first == "word" else "2"
        take_in([row(subscriber, "2020-04-01", number)])
        contract = contract_of(operator_code="demo", operator_subscriber_id=subscriber)
        steps: list[Callable[[], object]] = [
            lambda c=contract: ending.end(contract=c, on=date(2026, 8, 1), now=NOW, by=BY),
            lambda n=number: take_in([row(f"B{n}", "2026-05-01", n)]),
        ]
        for step in steps if first == "word" else reversed(steps):
            step()
        contract.refresh_from_db()
        states.append((contract.ended_on, contract.ended_because))
    assert states == [(date(2026, 5, 1), "line_ended")] * 2
    assert {end for _, _, _, end in lines_of()} == {"2026-05-01", None}


def test_a_rolled_back_batch_gives_back_what_it_ended(take_in: TakeIn) -> None:
    take_in([row("S1", "2020-04-01", "1")])
    member = joined("S1")
    bill(NOVEMBER, at(date(2026, 11, 2)))
    batch = take_in([row("S2", "2024-04-01", "1")])
    assert not member.opens()
    assert Charge.objects.count() == 0
    said = roll_back(batch=batch, dry_run=True, now=NOW, by=BY)
    assert not member.opens()
    done = roll_back(batch=batch, now=NOW, by=BY)
    assert done == said
    assert member.opens()
    assert payers_end(member) is None
    # A session is gone for good, and the roll-back says so.
    assert member.readings(member.through_line) in (401, 403)
    assert "sessions" in done.notes[0]
    bill(date(2026, 12, 1), at(date(2026, 12, 1)))
    assert sorted(Invoice.objects.values_list("date", flat=True)) == [
        NOVEMBER,
        date(2026, 12, 1),
    ]


def test_a_dry_run_ends_nothing(take_in: TakeIn) -> None:
    take_in([row("S1", "2020-04-01", "1")])
    member = joined("S1")
    take_in([row("S2", "2024-04-01", "1")], dry_run=True)
    assert member.opens()
    assert member.readings(member.through_line) == 200
    assert payers_end(member) is None


def test_the_commands_say_what_they_did_and_refuse_in_words(take_in: TakeIn) -> None:
    take_in([row("S1", "2020-04-01", "1")])
    out = StringIO()
    given = ("--operator-subscriber-id", "S1", "--on")
    call_command("suspend_line", *given, "2026-11-01", stdout=out)
    call_command("suspend_line", *given, "2026-11-02", "--resume", stdout=out)
    call_command("end_line", *given, "2026-11-10", "--ported", stdout=out)
    assert out.getvalue().splitlines() == [
        "S1 is suspended from 2026-11-01.",
        "S1 works again from 2026-11-02.",
        "S1 ended on 2026-11-10.",
    ]
    for name, on, why in (
        ("end_line", "2019-01-01", "before the activation"),
        ("end_line", "2999-01-01", "in the future"),
        ("suspend_line", "2026-11-11", "ended on 2026-11-10"),
    ):
        with pytest.raises(CommandError, match=why):
            call_command(name, *given, on)


def test_outside_a_scope_nothing_is_linked_or_found(db: None) -> None:
    with acting_in(Scope.nobody()):
        operator = Operator.objects.get(code="demo")
        assert linking.access_of(operator=operator, subject="x", now=NOW) is None
        assert not LineAccess.objects.exists()
