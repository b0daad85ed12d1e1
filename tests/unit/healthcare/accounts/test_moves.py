"""A change of role or hospital, and leaving: what was open closes in the same transaction."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from healthcare.accounts import people, sessions
from healthcare.accounts.models import HospitalStaff, Method, PersonalToken, Role, Session, User
from healthcare.audit.actors import command
from tests.factories import HospitalFactory, HospitalStaffFactory, UserFactory
from tests.looking import audit_records

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, tzinfo=UTC)
BY = command("tests")

Move = Callable[[User], None]
MOVES: dict[str, Move] = {
    "accounts.change_role": lambda user: people.change_role(
        user=user, role=Role.SUPPORT, now=NOW, by=BY
    ),
    "accounts.move_to_hospital": lambda user: people.move_to_hospital(
        user=user, hospital=HospitalFactory(code="new"), now=NOW, by=BY
    ),
    "accounts.leave_hospital": lambda user: people.leave_hospital(user=user, now=NOW, by=BY),
    "accounts.deactivate": lambda user: people.deactivate(user=user, now=NOW, by=BY),
}


@pytest.fixture
def clinician() -> User:
    user: User = HospitalStaffFactory().user
    sessions.open_session(user=user, method=Method.PASSKEY, strong=True, now=NOW, by=user.actor)
    people.create_personal_token(user=user, now=NOW, by=BY)
    return user


@pytest.mark.parametrize("name", MOVES)
def test_a_move_ends_sessions_and_tokens_and_leaves_one_record(name: str, clinician: User) -> None:
    bystander = HospitalStaffFactory().user
    people.create_personal_token(user=bystander, now=NOW, by=BY)
    MOVES[name](clinician)
    assert not Session.objects.filter(user=clinician, ended_at=None).exists()
    assert not PersonalToken.objects.filter(user=clinician, revoked_at=None).exists()
    assert PersonalToken.objects.filter(user=bystander, revoked_at=None).exists()
    (told,) = audit_records(action=name)
    assert (told.subject_id, told.details["sessions"], told.details["tokens"]) == (
        str(clinician.pk),
        1,
        1,
    )
    now_at = HospitalStaff.objects.filter(user=clinician, period__contains=NOW)
    assert [staff.hospital.code for staff in now_at] == (
        ["new"] if name == "accounts.move_to_hospital" else []
    )
    before = NOW - timedelta(days=1)
    assert HospitalStaff.objects.filter(user=clinician, period__contains=before).exists()


def test_a_move_that_is_rolled_back_ends_nothing(clinician: User) -> None:
    def break_off() -> None:
        with transaction.atomic():
            people.deactivate(user=clinician, now=NOW, by=BY)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert Session.objects.filter(user=clinician, ended_at=None).exists()
    assert PersonalToken.objects.filter(user=clinician, revoked_at=None).exists()
    assert audit_records(action="accounts.deactivate") == []


def test_somebody_becomes_a_clinician_with_a_hospital_only() -> None:
    user = UserFactory(role=Role.SUPPORT)
    with pytest.raises(ValueError, match="hospital"):
        people.change_role(user=user, role=Role.CLINICIAN, now=NOW, by=BY)
    with pytest.raises(ValueError, match="hospital"):
        people.change_role(user=user, role=Role.ADMIN, hospital=HospitalFactory(), now=NOW, by=BY)
    with pytest.raises(ValueError, match="change the role"):
        people.move_to_hospital(user=user, hospital=HospitalFactory(), now=NOW, by=BY)
    hospital = HospitalFactory()
    people.change_role(user=user, role=Role.CLINICIAN, hospital=hospital, now=NOW, by=BY)
    user.refresh_from_db()
    assert (user.role, HospitalStaff.objects.get().hospital) == (Role.CLINICIAN, hospital)


def test_moving_twice_in_one_moment_leaves_the_last_place(clinician: User) -> None:
    last = HospitalFactory(code="last")
    for hospital in (HospitalFactory(code="first"), last):
        people.move_to_hospital(user=clinician, hospital=hospital, now=NOW, by=BY)
    (staff,) = HospitalStaff.objects.filter(user=clinician, period__contains=NOW)
    assert staff.hospital == last
