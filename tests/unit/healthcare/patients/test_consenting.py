"""Consent by purpose, against a plain list of what a person said when."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from healthcare.audit.actors import command
from healthcare.audit.models import AuditRecord
from healthcare.hospitals.scope import Scope
from healthcare.patients.consenting import give, standing, stands, withdraw
from healthcare.patients.models import Consent, Patient, Purpose
from tests.factories import ConsentFactory, PatientFactory

BY = command("tests")
START = datetime(2026, 1, 1, tzinfo=UTC)


def hour(n: int) -> datetime:
    return START + timedelta(hours=n)


@pytest.fixture
def patient(system: Scope) -> Patient:
    made: Patient = PatientFactory()
    return made


def test_giving_and_withdrawing(patient: Patient) -> None:
    both = [Purpose.HOSPITAL_REPORT, Purpose.CARE]
    assert give(patient=patient, purposes=both, since=hour(0), now=hour(1), by=BY) == [
        Purpose.CARE,
        Purpose.HOSPITAL_REPORT,
    ]
    assert withdraw(patient=patient, purposes=[Purpose.CARE], now=hour(2), by=BY) == [
        Purpose.HOSPITAL_REPORT
    ]
    assert stands(patient_id=patient.pk, purpose=Purpose.CARE, now=hour(1))
    assert not stands(patient_id=patient.pk, purpose=Purpose.CARE, now=hour(2))
    history = Consent.objects.get(purpose=Purpose.CARE)
    assert (history.period.lower, history.period.upper) == (hour(0), hour(2))
    assert (history.given_by, history.withdrawn_by) == ("command:tests", "command:tests")
    assert AuditRecord.objects.filter(patient_id=patient.pk).count() == 3


def test_giving_twice_is_giving_once(patient: Patient) -> None:
    for now in (1, 2):
        give(patient=patient, purposes=[Purpose.CARE], since=hour(0), now=hour(now), by=BY)
    assert Consent.objects.count() == 1
    assert AuditRecord.objects.count() == 1


def test_a_consent_does_not_start_in_the_future(patient: Patient) -> None:
    with pytest.raises(ValueError, match="future"):
        give(patient=patient, purposes=[Purpose.CARE], since=hour(2), now=hour(1), by=BY)
    assert not Consent.objects.exists()


def test_a_later_yes_does_not_fill_the_time_of_a_no(patient: Patient) -> None:
    give(patient=patient, purposes=[Purpose.CARE], since=hour(0), now=hour(0), by=BY)
    withdraw(patient=patient, purposes=[Purpose.CARE], now=hour(2), by=BY)
    give(patient=patient, purposes=[Purpose.CARE], since=hour(1), now=hour(5), by=BY)
    periods = [(c.period.lower, c.period.upper) for c in Consent.objects.order_by("period")]
    assert periods == [(hour(0), hour(2)), (hour(2), None)]


def test_the_database_refuses_two_at_a_time_and_unknown_purposes(patient: Patient) -> None:
    ConsentFactory(patient=patient, period=DateTimeTZRange(hour(0), hour(5)))
    with pytest.raises(IntegrityError, match="consent_once_at_a_time"), transaction.atomic():
        ConsentFactory(patient=patient, period=DateTimeTZRange(hour(4), None))
    with pytest.raises(IntegrityError, match="consent_purpose_is_known"), transaction.atomic():
        ConsentFactory(patient=patient, purpose="everything")


def test_the_database_refuses_an_unknown_sex(system: Scope) -> None:
    with pytest.raises(IntegrityError, match="patient_sex_is_known"), transaction.atomic():
        PatientFactory(sex="x")


said = st.lists(
    st.tuples(
        st.sampled_from(("give", "withdraw")),
        st.sampled_from((Purpose.CARE, Purpose.RESEARCH)),
        st.integers(min_value=0, max_value=3),  # hours since the one before
        st.integers(min_value=0, max_value=4),  # hours that a yes reaches back
    ),
    max_size=8,
)


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(said)
def test_at_any_time_stands_what_was_said_last(
    system: Scope, words: list[tuple[str, Purpose, int, int]]
) -> None:
    with transaction.atomic():
        person = PatientFactory()
        agrees: set[Purpose] = set()
        now = 10
        for word, purpose, later, back in words:
            now += later
            if word == "give":
                answer = give(
                    patient=person, purposes=[purpose], since=hour(now - back), now=hour(now), by=BY
                )
                agrees.add(purpose)
            else:
                answer = withdraw(patient=person, purposes=[purpose], now=hour(now), by=BY)
                agrees.discard(purpose)
            assert answer == standing(patient_id=person.pk, now=hour(now))
            assert set(answer) == agrees
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("day", "age"),
    [(date(2026, 4, 8), 67), (date(2026, 4, 9), 68), (date(1958, 4, 9), 0)],
)
def test_age_counts_full_years(day: date, age: int) -> None:
    assert Patient(birth_date=date(1958, 4, 9)).age_on(day) == age
    assert Patient().age_on(day) is None


def test_names_are_written_family_first() -> None:
    person = Patient(family_name="佐藤", given_name="花子", family_name_kana="サトウ")
    assert (person.name, person.kana) == ("佐藤 花子", "サトウ")
    assert "佐藤" not in str(person)
