"""The one seam: outside it nothing, inside it only what the scope covers."""

import pytest
from django.db import connection, transaction
from django.utils import timezone

from healthcare.hospitals.scope import Scope, ScopeMissing, acting_in, current
from healthcare.patients.access import hospital_of, scope_for
from healthcare.patients.consenting import withdraw
from healthcare.patients.models import CareRelationship, Consent, Patient, Purpose
from healthcare.subscribers.access import operator_staff, scope_for_operator
from healthcare.subscribers.models import Contract, Line
from tests.cast import Cast

MODELS = [Patient, Consent, CareRelationship, Contract, Line]


def names(scope: Scope) -> set[str]:
    with acting_in(scope):
        return set(Patient.objects.values_list("family_name", flat=True))


def database_scope() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT walls.kind(), concat(array_to_string(walls.people(), ','), walls.hospital(),"
            " walls.operator())"
        )
        kind, number = cursor.fetchone()
    return kind, number


@pytest.mark.parametrize("model", MODELS)
def test_outside_a_scope_a_query_raises(cast: Cast, model: type) -> None:
    with pytest.raises(ScopeMissing, match="acting_in"):
        model.objects.count()
    with pytest.raises(ScopeMissing):
        current()


@pytest.mark.parametrize("model", MODELS)
def test_nobody_sees_nothing(cast: Cast, model: type) -> None:
    with acting_in(Scope.nobody()):
        assert model.objects.count() == 0


def test_a_clinician_sees_patients_in_care_who_consent(cast: Cast) -> None:
    now = timezone.now()
    for clinician in (cast.alice, cast.bob):
        assert names(scope_for(clinician, now=now)) == {"佐藤"}
    assert names(scope_for(cast.charlie, now=now)) == set()


def test_care_without_consent_is_not_enough_and_consent_ends_at_once(cast: Cast) -> None:
    now = timezone.now()
    with acting_in(Scope.system("test")):
        withdraw(patient=cast.hanako, purposes=[Purpose.CARE], now=now, by=cast.member.actor)
    assert names(scope_for(cast.alice, now=now)) == set()


@pytest.mark.parametrize("model", MODELS)
def test_what_charlie_sees_of_every_model_is_nothing(cast: Cast, model: type) -> None:
    with acting_in(scope_for(cast.charlie, now=timezone.now())):
        assert model.objects.count() == 0


def test_a_member_sees_themselves(cast: Cast) -> None:
    assert names(scope_for(cast.member, now=timezone.now())) == {"佐藤"}


def test_operators_staff_see_their_subscribers_and_others_nobody(cast: Cast) -> None:
    assert names(scope_for_operator(cast.olga)) == {"佐藤", "鈴木"}
    assert names(scope_for_operator(cast.oscar)) == set()
    assert operator_staff(cast.alice) is None
    assert names(scope_for_operator(cast.alice)) == set()


def test_operators_staff_have_no_clinical_scope(cast: Cast) -> None:
    for user in (cast.olga, cast.sam):
        assert scope_for(user, now=timezone.now()) == Scope.nobody()


def test_operators_see_membership_and_no_health_data(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acting_in(scope_for_operator(cast.olga)):
        assert Contract.objects.count() == 2
        assert Consent.objects.count() == 2
        # What would they see if consents were declared to be health data, as readings are?
        monkeypatch.setattr(Consent._default_manager, "health", True)
        assert Consent.objects.count() == 0
    with acting_in(scope_for(cast.alice, now=timezone.now())):
        assert Consent.objects.count() == 2


def test_rows_are_not_doubled_by_the_joins_of_the_scope(cast: Cast) -> None:
    with acting_in(scope_for(cast.alice, now=timezone.now())):
        assert Consent.objects.count() == 2
        assert CareRelationship.objects.count() == 1
        # What somebody pays to whom is no business of the clinic.
        assert Contract.objects.count() == 0


def test_an_inactive_person_sees_nothing(cast: Cast) -> None:
    for user in (cast.alice, cast.member, cast.olga):
        user.is_active = False
        assert scope_for(user, now=timezone.now()) == Scope.nobody()
        assert scope_for_operator(user) == Scope.nobody()


def test_a_clinician_who_left_sees_nothing(cast: Cast) -> None:
    assert hospital_of(cast.alice, now=timezone.now().replace(year=2020)) is None
    cast.alice.hospital_staff.all().delete()
    assert scope_for(cast.alice, now=timezone.now()) == Scope.nobody()


def fail_in(scope: Scope) -> None:
    with acting_in(scope):
        assert database_scope() == ("operator", "3")
        raise RuntimeError


def test_the_database_is_told_and_told_again_after_a_nested_scope(cast: Cast) -> None:
    hospital = Scope.hospital(7, now=timezone.now())
    with acting_in(hospital):
        assert database_scope() == ("hospital", "7")
        with acting_in(Scope.people(frozenset({2, 1}))):
            assert database_scope() == ("people", "1,2")
        assert database_scope() == ("hospital", "7")
        with pytest.raises(RuntimeError):
            fail_in(Scope.operator(3))
        assert database_scope() == ("hospital", "7")
        assert current() is hospital


def test_a_scope_opens_a_transaction_that_an_error_rolls_back(cast: Cast) -> None:
    def change_and_fail() -> None:
        with acting_in(Scope.system("test")):
            assert transaction.get_connection().in_atomic_block
            Patient.objects.update(family_name="x")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_and_fail()
    assert names(Scope.system("test")) == {"佐藤", "鈴木"}
