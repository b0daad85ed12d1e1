"""Whom a wave invites, by which channel, and whom it leaves out."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from healthcare.hospitals.scope import Scope, acting_in
from healthcare.inviting import opting_out, planning, waves
from healthcare.inviting.models import Invitation, InvitationWave, OptOut, OutboxMessage, WaveState
from healthcare.subscribers.models import Contract, Operator
from tests.cast import Cast
from tests.factories import (
    ConsentFactory,
    ContractFactory,
    OperatorFactory,
    PatientFactory,
    UserFactory,
)
from tests.unit.healthcare.inviting.conftest import (
    BY,
    NOW,
    SYSTEM,
    Kill,
    counts_fit,
    fresh,
    lead,
    subscriber,
    wave_of,
)


def channels_of(wave: InvitationWave) -> dict[int, str]:
    with acting_in(SYSTEM):
        return dict(Invitation.objects.filter(wave=wave).values_list("contract_id", "channel"))


def plan(operator: Operator, **changed: Any) -> InvitationWave:
    given = {"name": "w", "cut_over_on": date(2026, 11, 1), "starts_at": NOW, "channels": ["sms"]}
    return waves.plan(operator=operator, plan=waves.Plan(**{**given, **changed}), now=NOW, by=BY)


def test_each_gets_the_first_channel_that_reaches_them(operator: Operator) -> None:
    with acting_in(SYSTEM):
        by_mail = subscriber(operator)
        by_sms = subscriber(operator, email="")
        by_letter = ContractFactory(operator=operator, patient=PatientFactory(postcode="1000001"))
        by_nothing = ContractFactory(operator=operator, patient=PatientFactory())
    wave = wave_of(operator, "smtp", "sms", "letter")
    assert channels_of(wave) == {by_mail.pk: "smtp", by_sms.pk: "sms", by_letter.pk: "letter"}
    assert by_nothing.pk not in channels_of(wave)
    assert counts_fit(wave) == {"planned": 3, "unreachable": 1}


def test_members_and_those_who_are_no_customers_that_day_are_left_out(operator: Operator) -> None:
    with acting_in(SYSTEM):
        ConsentFactory(patient=subscriber(operator).patient)
        subscriber(operator, user=UserFactory())
        Contract.objects.filter(pk=subscriber(operator).pk).update(ended_on="2026-11-01")
        Contract.objects.filter(pk=subscriber(operator).pk).update(activated_on="2026-11-02")
        Contract.objects.filter(pk=subscriber(operator).pk).update(ended_on="2026-11-20")
        subscriber(OperatorFactory(code="another"))
        asked = subscriber(operator)
    wave = wave_of(operator)
    assert list(channels_of(wave)) == [asked.pk]
    assert counts_fit(wave) == {"planned": 1}


def test_who_is_not_of_age_is_left_out_and_counted(operator: Operator) -> None:
    with acting_in(SYSTEM):
        subscriber(operator, birth_date=date(2008, 11, 28))
        subscriber(operator, birth_date=None)
        of_age = subscriber(operator, birth_date=date(2008, 11, 27))
    wave = wave_of(operator)
    assert list(channels_of(wave)) == [of_age.pk]
    assert counts_fit(wave) == {"planned": 1, "underage": 2}


def test_nobody_is_asked_twice_at_a_time(operator: Operator, people: list[Contract]) -> None:
    first, second = wave_of(operator), wave_of(operator, name="second")
    assert len(channels_of(first)) == len(people)
    assert channels_of(second) == {}
    with acting_in(SYSTEM):
        waves.cancel(wave=first, now=NOW, by=BY)
    lead(first)
    assert len(channels_of(wave_of(operator, name="third"))) == len(people)


def test_who_opted_out_is_never_asked_again(operator: Operator, people: list[Contract]) -> None:
    with acting_in(SYSTEM):
        opting_out.opt_out(patient_id=people[0].patient_id, now=NOW, by=BY)
    assert people[0].pk not in channels_of(wave_of(operator))
    with acting_in(SYSTEM):
        opting_out.opt_out(patient_id=people[0].patient_id, now=NOW, by=BY)
        assert OptOut.objects.count() == 1


def test_a_person_with_two_contracts_is_asked_once(operator: Operator) -> None:
    with acting_in(SYSTEM):
        first = subscriber(operator)
        ContractFactory(operator=operator, patient=first.patient)
    assert list(channels_of(wave_of(operator))) == [first.pk]


@pytest.mark.parametrize("killed_at", [1, 2, 3])
def test_planning_goes_on_where_it_was_killed(
    operator: Operator, people: list[Contract], killed_at: int
) -> None:
    with acting_in(SYSTEM):
        wave = plan(operator)
        more = [subscriber(operator, n) for n in range(2)]
    done = 0
    while done < killed_at:
        with acting_in(SYSTEM):
            planning.step(wave_id=wave.pk, now=NOW, by=BY, chunk=2)
        done += 1
    with pytest.raises(Kill):
        _killed_before_its_commit(wave)
    going = True
    while going:
        with acting_in(SYSTEM):
            going = planning.step(wave_id=wave.pk, now=NOW, by=BY, chunk=2)
    assert sorted(channels_of(wave)) == sorted(c.pk for c in [*people, *more])
    assert fresh(wave).state == WaveState.PLANNED
    assert counts_fit(wave) == {"planned": 5}
    with acting_in(SYSTEM):
        assert OutboxMessage.objects.filter(wave=wave).count() == 5


def _killed_before_its_commit(wave: InvitationWave) -> None:
    with acting_in(SYSTEM):
        planning.step(wave_id=wave.pk, now=NOW, by=BY, chunk=2)
        raise Kill


def test_a_suspended_line_gets_no_sms(operator: Operator) -> None:
    with acting_in(SYSTEM):
        cut_off = subscriber(operator)
        cut_off.suspensions.create(period=DateRange(date(2026, 11, 20), None))
    wave = wave_of(operator, "sms")
    assert counts_fit(wave) == {"unreachable": 1}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"name": "  "}, "Give the wave a name"),
        ({"channels": []}, "at least one channel"),
        ({"channels": ["sms", "sms"]}, "each once"),
        ({"channels": ["pigeon"]}, "Not available here: pigeon"),
        ({"pace": 0}, "The pace is 1 to"),
        ({"expiry_days": 366}, "1 to 365 days"),
        ({"reminder_days": 30}, "before the link expires"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(
    operator: Operator, changed: dict[str, Any], says: str
) -> None:
    with acting_in(SYSTEM), pytest.raises(waves.WaveRefused, match=says):
        plan(operator, **changed)


def test_a_name_is_given_once_and_mail_needs_a_server(operator: Operator, settings: Any) -> None:
    with acting_in(SYSTEM):
        plan(operator)
        with pytest.raises(waves.WaveRefused, match="there already"):
            plan(operator)
        settings.EMAIL_HOST = ""
        with pytest.raises(waves.WaveRefused, match="E-mail needs EMAIL_HOST"):
            plan(operator, channels=["smtp"])


def test_a_wave_is_started_halted_and_left_in_order(operator: Operator) -> None:
    with acting_in(SYSTEM):
        wave = plan(operator)
        with pytest.raises(waves.WaveRefused, match="the wave is being planned"):
            waves.start(wave=wave, now=NOW, by=BY)
    lead(wave)
    with acting_in(SYSTEM):
        for order in (waves.start, waves.start, waves.pause, waves.resume, waves.cancel):
            order(wave=wave, now=NOW, by=BY)
        with pytest.raises(waves.WaveRefused, match="the wave is cancelled"):
            waves.resume(wave=wave, now=NOW, by=BY)
        with pytest.raises(waves.WaveRefused, match="This wave is over"):
            waves.try_again(wave=wave, now=NOW, by=BY)


def test_another_operators_staff_sees_nothing(cast: Cast, people: list[Contract]) -> None:
    wave = wave_of(cast.demo, now=NOW + timedelta(minutes=1))
    for operator, seen in ((cast.demo, 1), (cast.other_operator, 0)):
        with acting_in(Scope.operator(operator.pk)):
            assert InvitationWave.objects.count() == InvitationWave._base_manager.count() == seen
            messages = OutboxMessage._base_manager.filter(wave=wave).count()
            assert bool(messages) is bool(seen)
            # Whom they invite is nobody's to list, not even their own operator's.
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                Invitation._base_manager.count()
