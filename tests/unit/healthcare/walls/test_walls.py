"""The second wall by itself: what PostgreSQL refuses, whatever Python asks.

The managers are passed by throughout (`_base_manager`, raw SQL): everything here is the database.
"""

from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from healthcare.hospitals.scope import Scope, ScopedManager, acting_in
from healthcare.patients.access import scope_for
from healthcare.patients.models import Patient
from healthcare.walls import checks, roles
from healthcare.walls.making import for_administrator
from healthcare.walls.roles import DatabaseRole
from tests.cast import Cast

pytestmark = pytest.mark.django_db

# Tables that mention a person and stand outside the walls, each with its reason.
OUTSIDE = {
    "accounts_user": "found before it is known who asks; names no health data",
    "accounts_hospitalstaff": "where a clinician works",
    "accounts_session": "asked before it is known who asks; address and browser, no health data",
    "accounts_externalidentity": "whose log-in an account opens, asked before sign-in",
    "mfa_authenticator": "sealed seeds and public keys, asked between password and sign-in",
    "accounts_personaltoken": "keyed hashes of people who sign in",
    "subscribers_operatorstaff": "where somebody works",
    "subscribers_importprogress": "counters and a word, written beside the import's transaction",
}


def ask(sql: str, *parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def refused(sql: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        ask(sql)


def test_the_application_never_acts_as_the_owner(cast: Cast) -> None:
    assert ask("SELECT current_user") == [(DatabaseRole.APP.value,)]
    with acting_in(scope_for(cast.alice, now=timezone.now())):
        assert ask("SELECT current_user") == [(DatabaseRole.APP.value,)]
        with acting_in(Scope.system("a test")):
            assert ask("SELECT current_user") == [(DatabaseRole.BATCH.value,)]
        with acting_in(Scope.ingest()):
            assert ask("SELECT current_user") == [(DatabaseRole.INGEST.value,)]
        assert ask("SELECT current_user") == [(DatabaseRole.APP.value,)]
    assert ask("SELECT current_user") == [(DatabaseRole.APP.value,)]


def test_no_role_of_ours_passes_the_walls_by() -> None:
    names = [role.value for role in DatabaseRole]
    facts = ask(
        "SELECT rolsuper OR rolbypassrls OR rolcanlogin OR rolcreaterole OR rolcreatedb"
        " FROM pg_roles WHERE rolname = ANY(%s)",
        names,
    )
    assert facts == [(False,)] * 3


def guarded(table: str) -> bool:
    return ask(
        "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE oid = %s::regclass",
        table,
    ) == [(True,)]


def is_a_table(model: Any) -> bool:
    # pghistory ships a query over all histories as a model, which has no table.
    return model._meta.managed and not model._meta.proxy


def mentions_people(model: Any) -> bool:
    if isinstance(model._default_manager, ScopedManager):
        return True
    for field in model._meta.concrete_fields:
        if field.column in {"patient_id", "user_id"} or field.related_model is Patient:
            return True
    return model._meta.label == "accounts.User"


def test_every_table_of_peoples_data_stands_under_row_level_security() -> None:
    open_tables = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if is_a_table(model) and mentions_people(model) and not guarded(model._meta.db_table)
    }
    ours = {table for table in open_tables if not table.startswith(("account", "auth_", "django_"))}
    assert ours - set(OUTSIDE) == set()
    assert all(ask("SELECT to_regclass(%s) IS NOT NULL", t) == [(True,)] for t in OUTSIDE)


def test_outside_a_scope_there_is_nobody(cast: Cast) -> None:
    assert Patient._base_manager.count() == 0
    for table in ("patients_consent", "subscribers_contract", "audit_auditrecord"):
        assert ask(f"SELECT count(*) FROM {table}") == [(0,)]
    with acting_in(Scope.nobody()):
        assert Patient._base_manager.count() == 0


def reached(scope: Scope) -> set[str]:
    with acting_in(scope):
        return set(Patient._base_manager.values_list("family_name", flat=True))


def test_the_database_judges_care_consent_and_time_by_itself(cast: Cast) -> None:
    now = timezone.now()
    assert reached(Scope.hospital(cast.kita.pk, now=now)) == {"佐藤"}
    assert reached(Scope.hospital(cast.minami.pk, now=now)) == set()
    assert reached(Scope.hospital(cast.kita.pk, now=now.replace(year=2020))) == set()
    assert reached(Scope.people(frozenset({cast.taro.pk}))) == {"鈴木"}
    assert reached(Scope.operator(cast.demo.pk)) == {"佐藤", "鈴木"}
    assert reached(Scope.operator(cast.other_operator.pk)) == set()


def test_nobody_writes_into_foreign_rows(cast: Cast) -> None:
    with acting_in(Scope.people(frozenset({cast.hanako.pk}))):
        assert Patient._base_manager.filter(pk=cast.taro.pk).update(family_name="x") == 0
        refused(
            "INSERT INTO patients_consent (patient_id, purpose, period, given_by, withdrawn_by)"
            f" VALUES ({cast.taro.pk}, 'care', tstzrange(now(), NULL), 'x', '')"
        )


def test_what_was_recorded_is_there_for_good(cast: Cast) -> None:
    for scope in (Scope.people(frozenset({cast.hanako.pk})), Scope.system("a test")):
        for table in ("audit_accessevent", "audit_auditrecord"):
            with acting_in(scope):
                refused(f"DELETE FROM {table}")
                refused(f"UPDATE {table} SET actor_id = 'x'")
                refused(f"TRUNCATE {table}")


def test_ingest_reads_no_names_and_no_values(cast: Cast) -> None:
    with acting_in(Scope.ingest()):
        assert ask("SELECT count(patient_id) FROM patients_consent") == [(2,)]
        refused("SELECT family_name FROM patients_patient")
        refused("SELECT systolic FROM devices_bloodpressurereading")
        refused("SELECT payload FROM devices_quarantineditem")
        refused("DELETE FROM devices_bloodpressurereading")
        refused("UPDATE devices_bloodpressurereading SET flags = 0")
        refused("INSERT INTO devices_deviceholding DEFAULT VALUES")


def test_only_ingest_touches_a_partition(cast: Cast) -> None:
    with acting_in(Scope.ingest()):
        ask("SELECT devices_make_partition('devices_bloodpressurereading', '2001-05-01')")
    name = "devices_bloodpressurereading_2001_05"
    for scope in (Scope.people(frozenset({cast.hanako.pk})), Scope.system("a test")):
        with acting_in(scope):
            refused(f"SELECT count(*) FROM {name}")
            refused("SELECT devices_make_partition('devices_sleepnight', '2001-05-01')")
    with acting_in(Scope.people(frozenset({cast.hanako.pk}))):
        refused("SELECT * FROM walls.devices_sleepnight_same('[]', now(), now())")
    with acting_in(Scope.ingest()):
        refused("SELECT devices_make_partition('patients_patient', '2001-05-01')")


def test_the_check_is_silent_where_the_walls_stand() -> None:
    assert checks.missing_in(connection) == []


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("ALTER TABLE reports_alert NO FORCE ROW LEVEL SECURITY", "reports_alert"),
        ("DROP POLICY mimamori_app ON patients_consent", "patients_consent"),
        ("GRANT DELETE ON audit_accessevent TO mimamori_app", "audit_accessevent"),
        ("REVOKE INSERT ON reports_alertnote FROM mimamori_batch", "reports_alertnote"),
    ],
)
def test_the_check_names_what_is_missing_and_the_cure(statement: str, named: str) -> None:
    with transaction.atomic():
        with connection.as_owner():
            ask_nothing(statement)
        (error,) = checks.missing_in(connection)
        transaction.set_rollback(True)
    assert named in error.msg
    assert error.hint


def ask_nothing(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_login_that_may_not_make_roles_is_told_the_statements() -> None:
    with transaction.atomic(), connection.as_owner(), connection.cursor() as cursor:
        cursor.execute("CREATE ROLE mimamori_test_poor NOLOGIN")
        cursor.execute(
            "SELECT format('GRANT mimamori_test_poor TO %I', current_user), current_setting"
            "('server_version_num')::int >= 160000"
        )
        grant, is_new = cursor.fetchone()
        cursor.execute(grant)
        cursor.execute("SET LOCAL ROLE mimamori_test_poor")
        statements = roles.missing(cursor)
        assert not roles.can_make(cursor)
        transaction.set_rollback(True)
    option = " WITH INHERIT FALSE, SET TRUE" if is_new else ""
    assert statements == [f"GRANT {role} TO mimamori_test_poor{option}" for role in DatabaseRole]
    assert statements[0] + ";" in for_administrator(statements)
