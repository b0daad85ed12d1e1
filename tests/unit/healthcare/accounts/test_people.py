from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import RequestFactory
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from healthcare.accounts import people
from healthcare.accounts.authentication import PersonalTokenAuthentication
from healthcare.accounts.credentials import PREFIX_LENGTH, new_token, token_hash
from healthcare.accounts.models import HospitalStaff, PersonalToken, Role, User
from healthcare.accounts.people import create_personal_token, create_user
from healthcare.audit.actors import command
from tests.cast import Cast
from tests.factories import BEGINNING, HospitalFactory, HospitalStaffFactory, UserFactory
from tests.looking import audit_records

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, tzinfo=UTC)
BY = command("tests")


def authenticate(header: str) -> Any:
    request = RequestFactory().get("/", headers={"Authorization": header})
    return PersonalTokenAuthentication().authenticate(Request(request))


def test_a_clinician_and_only_a_clinician_belongs_to_a_hospital() -> None:
    made: dict[str, Any] = {"password": None, "now": NOW, "by": BY}
    with pytest.raises(ValueError, match="hospital"):
        create_user(username="a", role=Role.CLINICIAN, **made)
    with pytest.raises(ValueError, match="hospital"):
        create_user(username="a", role=Role.SUPPORT, hospital=HospitalFactory(), **made)
    assert not User.objects.exists()
    user = create_user(username="a", role=Role.CLINICIAN, hospital=HospitalFactory(), **made)
    assert HospitalStaff.objects.get().user == user
    assert not user.has_usable_password()
    assert [record.details for record in audit_records()] == [{"role": "clinician"}]


def test_passwords_are_hashed_by_argon2() -> None:
    user = create_user(
        username="a", role=Role.SUPPORT, password="correct horse battery", now=NOW, by=BY
    )
    assert user.password.startswith("argon2$")
    assert user.check_password("correct horse battery")


def test_the_database_refuses_unknown_roles_and_two_hospitals_at_a_time() -> None:
    with pytest.raises(IntegrityError, match="user_role_is_known"), transaction.atomic():
        UserFactory(role="emperor")
    staff = HospitalStaffFactory(period=DateTimeTZRange(BEGINNING, NOW))
    with pytest.raises(IntegrityError, match="one_hospital_at_a_time"), transaction.atomic():
        HospitalStaffFactory(user=staff.user)
    HospitalStaffFactory(user=staff.user, period=DateTimeTZRange(NOW, None))


def test_a_token_is_stored_as_a_hash_and_opens_the_api() -> None:
    user = UserFactory()
    text = create_personal_token(user=user, now=NOW, by=BY)
    stored = PersonalToken.objects.get()
    assert bytes(stored.hash) == token_hash(text)
    assert len(bytes(stored.hash)) == 32
    assert stored.prefix == text[:PREFIX_LENGTH]
    who, token = authenticate(f"Bearer {text}")
    assert (who, token) == (user, stored)
    assert PersonalToken.objects.get().last_used_on is not None


@pytest.mark.parametrize("spoil", ["inactive", "revoked"])
def test_a_token_ends_with_its_person_and_its_revocation(spoil: str) -> None:
    user = UserFactory()
    text = create_personal_token(user=user, now=NOW, by=BY)
    if spoil == "inactive":
        User.objects.update(is_active=False)
    else:
        PersonalToken.objects.update(revoked_at=NOW)
    with pytest.raises(AuthenticationFailed):
        authenticate(f"Bearer {text}")


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b", "Bearer mmp_guess", "bearer \xe9"])
def test_other_bearers_are_refused(header: str) -> None:
    with pytest.raises(AuthenticationFailed):
        authenticate(header)


def test_other_schemes_are_left_to_others() -> None:
    assert authenticate("Basic abc") is None
    assert authenticate("") is None


def test_tokens_tell_their_kind_and_never_repeat() -> None:
    tokens = {new_token("d").text for _ in range(100)}
    assert len(tokens) == 100
    assert all(text.startswith("mmd_") and len(text) == 47 for text in tokens)


def test_an_actor_is_named_by_kind_and_id() -> None:
    user = UserFactory(username="alice")
    assert str(user.actor) == f"user:{user.pk}"
    assert user.actor.name == "alice"
    assert str(BY) == "command:tests"


def test_a_lead_is_appointed_where_they_work(cast: Cast) -> None:
    now = timezone.now()
    assert people.appoint_lead(username="alice", is_lead=True, now=now, by=BY).is_lead
    assert not people.appoint_lead(username="alice", is_lead=False, now=now, by=BY).is_lead
    for nobody in ("dora", "hanako", "nobody"):
        with pytest.raises(people.NotAtAHospital, match="works at a hospital"):
            people.appoint_lead(username=nobody, is_lead=True, now=now, by=BY)
        with pytest.raises(CommandError, match="create_user"):
            call_command("appoint_lead", "--username", nobody)
    call_command("appoint_lead", "--username", "alice", stdout=StringIO())
    assert [record.action for record in audit_records(subject_id=str(cast.alice.pk))] == [
        "accounts.lead_appointed", "accounts.lead_ended", "accounts.lead_appointed"
    ]  # fmt: skip
