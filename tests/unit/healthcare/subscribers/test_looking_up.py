"""The support desk finds one member by exact identifiers, for a reason, on record."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.models import Patient
from healthcare.subscribers import looking_up
from healthcare.subscribers.looking_up import NotFound, Reason, Sought
from healthcare.subscribers.models import Line
from tests.cast import Cast
from tests.factories import PatientFactory
from tests.looking import audit_records

BORN = PatientFactory.birth_date
BY_CONTRACT = Sought(operator_code="demo", operator_subscriber_id="HANAKO")


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def look_up(cast: Cast, sought: Sought, now: datetime) -> Patient:
    with acting_in(Scope.support()):
        return looking_up.look_up(sought=sought, reason=Reason.DEVICE, now=now, by=cast.sam)


def missed(cast: Cast, sought: Sought, now: datetime) -> str:
    # The record of the miss must outlive it, as it does when the page catches the error inside.
    with acting_in(Scope.support()):
        try:
            looking_up.look_up(sought=sought, reason=Reason.DEVICE, now=now, by=cast.sam)
        except NotFound as why:
            return str(why)
    return ""


@pytest.mark.parametrize(
    "sought",
    [
        BY_CONTRACT,
        Sought(operator_code="demo", operator_subscriber_id=" HANAKO "),
        Sought(family_name="佐藤", given_name="花子", birth_date=BORN),
        Sought(family_name=" ヤマダ", given_name="ハナコ", birth_date=BORN),
    ],
)
def test_one_member_is_found_and_the_look_up_is_on_record(
    sought: Sought, cast: Cast, now: datetime
) -> None:
    with acting_in(Scope.system("test")):
        Patient.objects.filter(pk=cast.taro.pk).update(family_name_kana="スズキ")
    assert look_up(cast, sought, now) == cast.hanako
    [record] = audit_records(action="subscribers.looked_up")
    assert (record.patient_id, record.actor_id) == (cast.hanako.pk, str(cast.sam.pk))
    assert record.details == {"asked_by": sought.kind, "reason": "device"}


@pytest.mark.parametrize(
    "sought",
    [
        Sought(operator_code="other-telecom", operator_subscriber_id="HANAKO"),
        Sought(operator_code="demo", operator_subscriber_id="HANA"),
        Sought(family_name="佐", given_name="花子", birth_date=BORN),
        Sought(family_name="佐藤", given_name="花子", birth_date=BORN + timedelta(days=1)),
        Sought(family_name="佐藤", given_name="花子"),
        Sought(),
    ],
)
def test_what_is_not_exact_finds_nobody_and_is_on_record(
    sought: Sought, cast: Cast, now: datetime
) -> None:
    assert missed(cast, sought, now) == "nobody"
    assert len(audit_records(action="subscribers.look_up_missed")) == 1


def test_two_of_a_name_are_not_listed(cast: Cast, now: datetime) -> None:
    both = Sought(family_name="ヤマダ", given_name="ハナコ", birth_date=BORN)
    assert missed(cast, both, now) == "several"


def test_a_day_has_so_many_look_ups(cast: Cast, now: datetime, settings: Any) -> None:
    settings.LOOK_UPS_A_DAY = 2
    look_up(cast, BY_CONTRACT, now)
    missed(cast, Sought(), now)
    assert missed(cast, BY_CONTRACT, now) == "budget"
    assert look_up(cast, BY_CONTRACT, now + timedelta(hours=25))


def test_of_a_number_four_digits_are_left(cast: Cast, now: datetime) -> None:
    with acting_in(Scope.support()):
        [contract] = looking_up.contracts_of(cast.hanako)
        number = Line.objects.get(contract=contract).number
        shown = looking_up.masked_number(contract, on=now.date())
        assert shown.endswith(number[-4:])
        assert number[:-4] not in shown
        before = contract.activated_on - timedelta(days=1)
        assert looking_up.masked_number(contract, on=before) == ""
