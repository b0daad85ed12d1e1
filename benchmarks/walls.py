"""What the second wall costs: the worklist and a patient's page with row-level security and
without, in one run.

30,000 people, 10,000 of them in the hospital's care; the patient has measured for 90 days. Pages
are asked of the application in this process, so that neither network nor server stands between.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.utils import timezone

from benchmarks._stage import own_database
from devices.ingesting import partitions, storing
from devices.kinds.known import KINDS
from healthcare.accounts import sessions
from healthcare.accounts.middleware import KEY
from healthcare.accounts.models import Method, Role, User
from healthcare.accounts.people import create_user
from healthcare.audit.actors import command
from healthcare.hospitals.models import Hospital
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.walls.checks import declared_walls
from healthcare.walls.owning import as_owner

PEOPLE, IN_CARE = 30_000, 10_000
ROUNDS, PAGES = 9, 4
DAYS = 90

_PEOPLE = (
    """
INSERT INTO patients_patient (family_name, given_name, family_name_kana, given_name_kana, sex,
    postcode, prefecture, email, language, timezone, invited_at)
SELECT '山田' || n, '花子', 'ヤマダ' || n, 'ハナコ', 'female', '', '', '', 'ja', 'Asia/Tokyo',
    %(since)s
  FROM generate_series(1, %(people)s) AS n
""",
    """
INSERT INTO patients_consent (patient_id, purpose, period, given_by, withdrawn_by)
SELECT id, purpose, tstzrange(%(since)s, NULL), 'benchmark', ''
  FROM patients_patient, unnest(ARRAY['care', 'hospital_report']) AS purpose
""",
    """
INSERT INTO patients_carerelationship (patient_id, hospital_id, hospital_patient_number, doctor,
    period)
SELECT id, CASE WHEN n <= %(in_care)s THEN %(hospital)s ELSE %(other)s END, '', '',
    tstzrange(%(since)s, NULL)
  FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM patients_patient) AS each
""",
    """
INSERT INTO reports_patientstate (patient_id, news_at, computed_at, last_reading_at, bucket,
    severity, days_with_data, sufficient, mean_systolic, mean_diastolic, goal_systolic,
    goal_diastolic, sparkline)
SELECT id, %(since)s, %(now)s, %(now)s - n * interval '1 minute',
    (ARRAY['urgent', 'above_goal', 'worsening', 'no_data', 'stable'])[1 + n %% 5], n %% 4, 20, true,
    120 + n %% 40, 75 + n %% 20, 125, 75,
    '[128,131,null,127,125,130,128,126,null,131,129,128,127,126]'
  FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM patients_patient) AS each
""",
)


def main() -> dict[str, Any]:
    """Medians of a page in milliseconds with and without the wall, and their ratio."""
    with own_database("bench_walls"):
        clinician, patient_id = _hospital()
        client = Client(SERVER_NAME="localhost")
        _sign_in(client, clinician)
        pages = {"worklist": "/clinic/", "patient": f"/clinic/patients/{patient_id}/"}
        figures = {name: _compared(client, address) for name, address in pages.items()}
    for name, found in figures.items():
        print(
            f"walls: {name} {found['with_ms']} ms with row-level security, "
            f"{found['without_ms']} ms without: {found['ratio']} times"
        )
    return figures


def _sign_in(client: Client, user: User) -> None:
    """As somebody stands after password and code."""
    client.force_login(user)
    opened = sessions.open_session(
        user=user,
        method=Method.PASSWORD_AND_CODE,
        strong=True,
        now=timezone.now(),
        by=user.actor,
    )
    kept = client.session
    kept[KEY] = opened.pk
    kept.save()


def _compared(client: Client, address: str) -> dict[str, float]:
    """Turn about, so that what else the machine does meets both."""
    _ask(client, address)
    stands: list[float] = []
    lies: list[float] = []
    for _ in range(ROUNDS):
        stands += [_ask(client, address) for _ in range(PAGES)]
        with _without_the_wall():
            lies += [_ask(client, address) for _ in range(PAGES)]
    with_wall, without = statistics.median(stands), statistics.median(lies)
    return {
        "with_ms": round(with_wall * 1e3, 1),
        "without_ms": round(without * 1e3, 1),
        "ratio": round(with_wall / without, 2),
    }


def _ask(client: Client, address: str) -> float:
    began = time.perf_counter()
    answer = client.get(address)
    taken = time.perf_counter() - began
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}.")
    return taken


@contextmanager
def _without_the_wall() -> Iterator[None]:
    _each_table("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")
    try:
        yield
    finally:
        _each_table("ALTER TABLE {} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")


def _each_table(statement: str) -> None:
    with as_owner(), connection.cursor() as cursor:
        for walls in declared_walls(connection):
            cursor.execute(statement.format(walls.table))


def _hospital() -> tuple[User, int]:
    """Everybody and everything; returns a clinician and the patient who measures."""
    now = timezone.now()
    by = command("benchmark")
    hospital = Hospital.objects.create(code="bench", name="Bench")
    other = Hospital.objects.create(code="other", name="Other")
    given: dict[str, Any] = {
        "people": PEOPLE,
        "in_care": IN_CARE,
        "hospital": hospital.pk,
        "other": other.pk,
        "since": now - timedelta(days=400),
        "now": now,
    }
    with acting_in(Scope.system("benchmark")), connection.cursor() as cursor:
        for statement in _PEOPLE:
            cursor.execute(statement, given)
        cursor.execute("SELECT min(id) FROM patients_patient")
        (patient_id,) = cursor.fetchone()
        clinician = create_user(
            username="bench",
            password=None,
            role=Role.CLINICIAN,
            hospital=hospital,
            now=now - timedelta(days=1),
            by=by,
        )
    _measure(patient_id, lambda day, hour: now - timedelta(days=day, hours=hour))
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return clinician, patient_id


def _measure(patient_id: int, at: Callable[[int, int], Any]) -> None:
    table = KINDS["blood_pressure"].table
    rows = [
        (
            *(patient_id, at(day, hour), 1, "", at(day, hour)),
            *(128 + day % 15, 78 + day % 9, 68, None, 0, 540, None, None),
        )
        for day in range(DAYS)
        for hour in (1, 2, 12, 13)
    ]
    with acting_in(Scope.ingest()):
        partitions.ensure(table, [row[1] for row in rows])
        storing.insert(table, rows)
