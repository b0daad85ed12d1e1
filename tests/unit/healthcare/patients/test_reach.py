"""When a hospital reaches a person: always the care's and the consent's time in common."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from healthcare.audit.actors import command
from healthcare.patients import caring, consenting
from healthcare.patients.models import CareRelationship, Consent, Patient, Purpose, Reach
from tests.factories import HospitalFactory, PatientFactory
from tests.looking import everybody

BY = command("tests")
START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 12


def day(n: int) -> datetime:
    return START + timedelta(days=n)


@st.composite
def periods(draw: st.DrawFn) -> list[tuple[int, int | None]]:
    """Periods in order that do not overlap; the last may be open."""
    marks = sorted(draw(st.sets(st.integers(0, DAYS), max_size=6)))
    found: list[tuple[int, int | None]] = list(zip(marks[::2], marks[1::2], strict=False))
    if len(marks) % 2:
        found.append((marks[-1], None))
    return found


def span(period: tuple[int, int | None]) -> DateTimeTZRange:
    start, end = period
    return DateTimeTZRange(day(start), None if end is None else day(end))


def covers(period: tuple[int, int | None], n: int) -> bool:
    return period[0] <= n and (period[1] is None or n < period[1])


def reached(patient: Patient, n: int) -> bool:
    rows = Reach.objects.filter(patient=patient, since__lte=day(n), until__gt=day(n))
    return rows.exists()


@pytest.mark.django_db
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(care=periods(), consent=periods(), dropped=st.integers(0, 5), other=periods())
def test_it_is_care_and_consent_in_common(
    care: list[tuple[int, int | None]],
    consent: list[tuple[int, int | None]],
    dropped: int,
    other: list[tuple[int, int | None]],
) -> None:
    with everybody(), transaction.atomic():
        patient, hospital = PatientFactory(), HospitalFactory(code="reach")
        for period in care:
            CareRelationship.objects.create(patient=patient, hospital=hospital, period=span(period))
        for purpose, stood in ((Purpose.CARE, consent), (Purpose.RESEARCH, other)):
            Consent.objects.bulk_create(
                Consent(patient=patient, purpose=purpose, period=span(p), given_by="x")
                for p in stood
            )
        # One consent is taken out again, one care ends later than it did.
        gone = Consent.objects.filter(patient=patient, purpose=Purpose.CARE).order_by("period")
        for row in gone[dropped : dropped + 1]:
            row.delete()
        consent = [p for n, p in enumerate(consent) if n != dropped]
        if care and care[-1][1] is not None:
            last = CareRelationship.objects.filter(patient=patient).order_by("period").last()
            assert last is not None
            last.period = span((care[-1][0], None))
            last.save()
            care = [*care[:-1], (care[-1][0], None)]
        for n in range(DAYS + 2):
            wanted = any(covers(p, n) for p in care) and any(covers(p, n) for p in consent)
            assert reached(patient, n) == wanted, n
        transaction.set_rollback(True)


@pytest.fixture
def standing(transactional_db: None) -> int:
    """A person who consents, and a hospital that does not care for them yet; committed."""
    with everybody():
        patient = PatientFactory()
        consenting.give(patient=patient, purposes=[Purpose.CARE], since=START, now=START, by=BY)
    return int(patient.pk)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_care_that_begins_while_consent_is_withdrawn_reaches_nobody(
    standing: int,
) -> None:
    patient_id = standing
    began = threading.Event()

    def withdraw() -> None:
        began.wait(10)
        with everybody():
            consenting.withdraw(
                patient=Patient.objects.get(pk=patient_id),
                purposes=[Purpose.CARE],
                now=day(5),
                by=BY,
            )
        connection.close()

    other = threading.Thread(target=withdraw)
    other.start()
    with everybody():
        caring.begin(
            patient=Patient.objects.get(pk=patient_id),
            hospital=HospitalFactory(code="race"),
            since=day(1),
            now=day(4),
            by=BY,
        )
        began.set()
        # The other one is on its way by now, or comes after: either must see this care.
        other.join(0.5)
    other.join(10)
    assert not other.is_alive()
    with everybody():
        patient = Patient.objects.get(pk=patient_id)
        assert reached(patient, 4)
        assert not reached(patient, 6)
