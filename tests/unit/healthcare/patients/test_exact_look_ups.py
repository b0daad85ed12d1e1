"""Somebody is found among 100,000 people by full name and birth date, through an index, by the
roles and behind the policies as which break-glass and the support desk ask."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients import breaking_glass
from healthcare.patients.models import Patient
from healthcare.subscribers import looking_up
from healthcare.walls.owning import as_owner
from tests.factories import PatientFactory
from tests.looking import everybody

pytestmark = pytest.mark.django_db

# Births of 82 years, so that three or four people share a day; half of the names are one name.
CROWD = """
INSERT INTO patients_patient (family_name, given_name, family_name_kana, given_name_kana,
    birth_date, sex, postcode, prefecture, email, language, timezone, invited_at)
SELECT CASE WHEN n %% 2 = 0 THEN '佐藤' ELSE '山田' || n END, '花子', 'サトウ', 'ハナコ',
    date '1930-01-01' + n %% 30000, 'female', '', '', '', 'ja', 'Asia/Tokyo', now()
  FROM generate_series(1, %s) AS n
"""
BORN = PatientFactory.birth_date


@pytest.fixture
def crowd() -> None:
    with everybody(), connection.cursor() as cursor:
        cursor.execute(CROWD, [100_000])
        PatientFactory(family_name="伊藤", given_name="梅", family_name_kana="イトウ")
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ANALYZE patients_patient")


def plan_of(look_up: Callable[[], list[Patient]]) -> str:
    """Looks up the one person, and returns how PostgreSQL found them."""
    with CaptureQueriesContext(connection) as asked:
        assert [person.family_name for person in look_up()] == ["伊藤"]
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN ANALYZE " + asked.captured_queries[-1]["sql"])
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.usefixtures("crowd")
def test_the_index_serves_break_glass_and_the_desk() -> None:
    names = {"family_name": "伊藤", "given_name": "梅"}
    identity = breaking_glass.Identity(**names, birth_date=BORN)
    sought = looking_up.Sought(**names, birth_date=BORN)
    with acting_in(Scope.system("break-glass: one person by exact identifiers")):
        emergency = plan_of(lambda: breaking_glass._matching(identity, timezone.now()))
    with acting_in(Scope.support()):
        desk = plan_of(lambda: looking_up._matching(sought))
    for plan in (emergency, desk):
        assert "patient_by_birth" in plan
        assert "Seq Scan on patients_patient" not in plan
