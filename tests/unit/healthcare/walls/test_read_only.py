"""What PostgreSQL lets nobody write who reaches a person to read only, and lets others write.

Every statement is tried as Alice, whose hospital cares for Hanako, and as Charlie, who opened her
record by break-glass. Rows are copied and set to what they are: a copy that passes the policies
meets the table's own constraints, and that is how one tells the two refusals apart.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from psycopg import errors

from devices import retracting, stored_rows
from devices.models import SleepNight
from healthcare.audit import actors
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients import breaking_glass
from healthcare.patients.access import hospital_of, scope_for, scope_for_family, scope_for_opened
from healthcare.patients.models import Patient
from healthcare.walls import checks
from healthcare.walls.owning import as_owner
from healthcare.walls.restricting import Restrict
from healthcare.walls.roles import DatabaseRole
from packages import subscribing
from reports.models import AlertKind, AlertNote, AlertState, PatientGoal, Report, ReportKind
from reports.monitoring import opening, state
from tests.cast import Cast
from tests.looking import access_events, everybody
from tests.measuring import measure_days, sleep_nights

pytestmark = pytest.mark.django_db

# What the application may write of each table that is restricted.
WRITES = {
    "patients_patient": ("UPDATE",),
    "patients_consent": ("INSERT", "UPDATE", "DELETE"),
    "patients_watcher": ("INSERT", "UPDATE", "DELETE"),
    "packages_subscription": ("INSERT", "UPDATE", "DELETE"),
    "packages_subscriptionevent": ("INSERT", "UPDATE"),
    "reports_patientstate": ("INSERT", "UPDATE"),
    "reports_alert": ("INSERT", "UPDATE"),
    "reports_alertevidence": ("INSERT",),
    "reports_alertnote": ("INSERT",),
    "reports_patientgoal": ("INSERT", "UPDATE", "DELETE"),
    "reports_report": ("INSERT", "UPDATE"),
    "devices_readingretraction": ("INSERT", "UPDATE"),
}
# Guarded tables that the application may write and that need no restriction.
UNRESTRICTED = {
    "audit_accessevent": "who reads leaves a record of it",
    "audit_auditrecord": "likewise",
    "patients_panel": "a hospital's own, in no scope that names a person",
    "patients_panelstaff": "likewise",
    "patients_panelpatient": "likewise",
    "patients_notice": "likewise",
    "patients_budgetlift": "likewise",
    "subscribers_importbatch": "an operator's own",
    "subscribers_importapproval": "likewise",
    "subscribers_mapping": "likewise",
    "inviting_invitationwave": "an operator's own",
    "inviting_outboxmessage": "likewise; it names nobody",
    "devices_appgrant": "a member's own",
    "devices_appcode": "a member's own",
    "devices_apptoken": "a member's own",
}
EACH = [(table, command) for table, commands in WRITES.items() for command in commands]


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def care(cast: Cast, now: datetime) -> Scope:
    """Alice's, with a row of Hanako's in every table that she may write."""
    patient, hanako = cast.hanako.pk, cast.hanako
    with everybody():
        measure_days(hanako, now.date() - timedelta(days=3), 2)
        sleep_nights(hanako, now.date() - timedelta(days=3), 2)
        state.add_missing_rows(now=now)
        alert = opening.open_alert(
            patient_id=patient,
            kind=AlertKind.CRISIS,
            evidence=[opening.Evidence(key="test", measured_at=now, values=[188, 112])],
            reason={"systolic": 188, "diastolic": 112, "measured_at": now.isoformat()},
            now=now,
            by=cast.member.actor,
        )
        assert alert is not None
        AlertNote.objects.create(alert=alert, at=now, state=AlertState.OPEN, text="called")
        PatientGoal.objects.create(
            patient=hanako, systolic=130, diastolic=80, period=(now - timedelta(days=1), None)
        )
        for hospital in (cast.kita, cast.minami):
            Report.objects.create(
                patient=hanako,
                hospital=hospital,
                kind=ReportKind.MONTHLY,
                start=date(2026, 10, 1),
                end=date(2026, 11, 1),
                language="ja",
                requested_at=now,
            )
        retract_one(hanako, now)
        subscribing.subscribe(
            patient=hanako, package="standard", on=now.date(), now=now, by=cast.member.actor
        )
    return scope_for(cast.alice, now=now)


def retract_one(patient: Patient, now: datetime) -> None:
    (night, _) = SleepNight.objects.filter(patient=patient)
    reading = stored_rows.Identity(patient.pk, "sleep", night.started_at, night.device_id)
    retracting.withdraw(reading=reading, reason="not worn", now=now, by=actors.command("tests"))


@pytest.fixture
def opened(cast: Cast, care: Scope, now: datetime) -> Scope:
    """Charlie's, who opened Hanako's record by break-glass."""
    return opened_by_charlie(cast, now)


def opened_by_charlie(cast: Cast, now: datetime) -> Scope:
    charlie = hospital_of(cast.charlie, now=now)
    assert charlie is not None
    hanako = breaking_glass.Identity(
        family_name="佐藤", given_name="花子", birth_date=cast.hanako.birth_date
    )
    breaking_glass.open_record(
        identity=hanako, reason="unconscious in our emergency room", now=now, by=charlie
    )
    return scope_for_opened(charlie, now=now)


def rows_written(scope: Scope, statement: str) -> int:
    with acting_in(scope), connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.rowcount


def rows_seen(scope: Scope, table: str) -> int:
    with acting_in(scope), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def refusal(scope: Scope, statement: str) -> str:
    """What PostgreSQL says when it refuses the privilege; the transaction goes on."""
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        rows_written(scope, statement)
    assert isinstance(error.value.__cause__, errors.InsufficientPrivilege), error.value
    return str(error.value)


def written_anew(table: str, command: str) -> str:
    """A statement that copies, rewrites or deletes what is there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND attgenerated = ''"
            " AND NOT attisdropped",
            [table],
        )
        (columns,) = cursor.fetchone()
    first = columns.split(",")[0]
    return {
        "INSERT": f"INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE"
        f" SELECT {columns} FROM {table}",
        "UPDATE": f"UPDATE {table} SET {first} = {first}",
        "DELETE": f"DELETE FROM {table}",
    }[command]


@pytest.mark.parametrize(("table", "command"), EACH)
def test_break_glass_reads_and_writes_nothing(opened: Scope, table: str, command: str) -> None:
    assert rows_seen(opened, table) > 0
    assert "its scope is break-glass" in refusal(opened, written_anew(table, command))


@pytest.mark.parametrize(("table", "command"), EACH)
def test_care_writes(care: Scope, table: str, command: str) -> None:
    before = rows_seen(care, table)
    try:
        with transaction.atomic():
            assert rows_written(care, written_anew(table, command)) == before > 0
    except IntegrityError:
        assert command != "UPDATE", "what is set to itself breaks no constraint"


@pytest.mark.parametrize("table", ["devices_bloodpressurereading", "devices_sleepnight"])
def test_readings_are_written_by_neither(care: Scope, opened: Scope, table: str) -> None:
    for scope in (care, opened):
        assert rows_seen(scope, table) > 0
        for command in ("INSERT", "UPDATE", "DELETE"):
            assert "permission denied" in refusal(scope, written_anew(table, command))


def test_a_look_leaves_its_records(cast: Cast, opened: Scope, now: datetime) -> None:
    look = (
        "INSERT INTO audit_accessevent"
        " (at, actor_kind, actor_id, actor_name, patient_id, what, why) VALUES"
        f" (now(), 'user', '{cast.charlie.pk}', '', {cast.hanako.pk}, 'clinic.opened', '')"
    )
    assert rows_written(opened, look) == 1
    assert access_events(patient_id=cast.hanako.pk, what="clinic.opened")


def test_who_opened_a_record_closes_it_and_never_prolongs_it(
    cast: Cast, opened: Scope, now: datetime
) -> None:
    prolonged = "tstzrange(now(), now() + interval '60 minutes')"
    refusal(opened, f"UPDATE patients_breakglass SET period = {prolonged}")
    refusal(opened, "UPDATE patients_breakglass SET reason = 'it was nothing of the kind'")
    refusal(opened, "DELETE FROM patients_breakglass")
    refusal(opened, "UPDATE patients_breakglass SET period = 'empty'")
    closed = "UPDATE patients_breakglass SET period = tstzrange(lower(period), walls.moment())"
    a_minute_later = replace(opened, now=now + timedelta(minutes=1))
    assert rows_written(a_minute_later, closed) == 1
    assert rows_seen(a_minute_later, "patients_patient") == 0


def test_nobody_else_touches_an_opening(cast: Cast, care: Scope, opened: Scope) -> None:
    for scope in (care, Scope.people(frozenset({cast.hanako.pk}))):
        assert rows_seen(scope, "patients_breakglass") == 1
        assert rows_written(scope, "UPDATE patients_breakglass SET period = 'empty'") == 0


def test_who_watches_along_leaves_and_changes_nothing_else(
    cast: Cast, care: Scope, now: datetime
) -> None:
    family = scope_for_family(cast.wataru, now=now)
    for table in ("patients_patient", "patients_consent", "reports_patientgoal"):
        assert rows_seen(family, table) == 1
        for command in WRITES[table]:
            assert "its scope is family" in refusal(family, written_anew(table, command))
    another = (
        "INSERT INTO patients_watcher (patient_id, user_id, invited_at, expires_at, code_hash,"
        " accepted_at, period, ended_by) VALUES"
        f" ({cast.taro.pk}, {cast.wataru.pk}, now(), now(), '', now(), tstzrange(now(), NULL), '')"
    )
    assert "its scope is family" in refusal(family, another)
    left = "UPDATE patients_watcher SET period = tstzrange(lower(period), now()), ended_by = 'x'"
    assert rows_written(family, left) == 1


def test_the_desk_changes_no_membership(cast: Cast, care: Scope) -> None:
    for table in ("patients_patient", "patients_consent", "packages_subscription"):
        assert rows_seen(Scope.support(), table) > 0
        for command in WRITES[table]:
            assert "its scope is support" in refusal(Scope.support(), written_anew(table, command))


def test_operators_staff_change_nobody(cast: Cast, care: Scope) -> None:
    staff = Scope.operator(cast.demo.pk)
    for table in ("patients_patient", "packages_subscription"):
        assert rows_seen(staff, table) > 0
        for command in WRITES[table]:
            assert "its scope is operator" in refusal(staff, written_anew(table, command))


def test_every_table_that_the_application_writes_is_restricted_or_says_why() -> None:
    writable = {
        walls.table
        for walls in checks.declared_walls(connection)
        if {"INSERT", "UPDATE", "DELETE"}
        & set(walls.privileges.get(DatabaseRole.APP, "").replace(",", "").split())
    }
    kept_by_triggers = {table for table in writable if table.endswith("history")}
    restricted = {one.table for one in checks.declared_restrictions(connection)}
    assert restricted == {*WRITES, "patients_breakglass"}
    assert writable - restricted - kept_by_triggers == set(UNRESTRICTED)


def test_no_restriction_is_asked_by_a_look() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT cmd FROM pg_policies WHERE permissive = 'RESTRICTIVE'")
        assert {command for (command,) in cursor.fetchall()} == {"INSERT", "UPDATE", "DELETE"}


@pytest.mark.parametrize(
    "statement",
    [
        "DROP POLICY mimamori_app_delete ON patients_consent",
        "DROP POLICY mimamori_app_delete ON patients_consent;"
        "CREATE POLICY mimamori_app_delete ON patients_consent FOR DELETE TO mimamori_app"
        " USING (true)",
        "ALTER POLICY mimamori_app_delete ON patients_consent TO mimamori_batch",
    ],
)
def test_the_check_names_a_restriction_that_is_gone(statement: str) -> None:
    with transaction.atomic():
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(statement)
        (error,) = checks.missing_in(connection)
        transaction.set_rollback(True)
    assert error.msg == "patients_consent: the policy mimamori_app_delete does not restrict DELETE."


def test_a_restriction_is_written_into_migrations_as_it_was_said() -> None:
    said = Restrict("reports_alert", update="true", updated="false")
    name, args, given = said.deconstruct()
    assert (name, args, given) == (
        "Restrict",
        ["reports_alert"],
        {"update": "true", "updated": "false"},
    )
