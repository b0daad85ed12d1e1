"""Migrations that change walls, taken back and applied again: what stood before stands again."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from healthcare.walls import checks, declaring
from healthcare.walls.guarding import Guard
from healthcare.walls.restricting import Restrict

pytestmark = pytest.mark.django_db

TABLE = "reports_patientgoal"
# The first guard, and the one by which a family sees the goal too.
BEFORE_ALL_WALLS, GUARDED, GUARDED_ANEW = "0001_initial", "0002_walls", "0003_family"


def policies() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT policyname, cmd, permissive, roles::text, qual, with_check FROM pg_policies"
            " WHERE tablename = %s",
            [TABLE],
        )
        return {name: rest for name, *rest in cursor.fetchall()}


def grants() -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT grantee::regrole::text, privilege_type"
            " FROM pg_class, aclexplode(relacl) WHERE oid = %s::regclass",
            [TABLE],
        )
        return set(cursor.fetchall())


def stands() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE oid = %s::regclass",
            [TABLE],
        )
        return bool(cursor.fetchone()[0])


def migrate(*target: str) -> None:
    call_command("migrate", "reports", *target, verbosity=0)


def test_a_guard_that_is_taken_back_leaves_the_former_one() -> None:
    now, granted = policies(), grants()
    assert "walls.watched" in now["mimamori_app"][3]

    migrate(GUARDED_ANEW)
    assert set(policies()) == {"mimamori_app", "mimamori_batch"}
    assert checks.missing_in(connection) == []

    migrate(GUARDED)
    assert stands()
    assert "walls.watched" not in policies()["mimamori_app"][3]
    assert "walls.reach" in policies()["mimamori_app"][3]
    assert grants() == granted
    assert checks.missing_in(connection) == []

    migrate(BEFORE_ALL_WALLS)
    assert not stands()
    assert policies() == {}
    assert ("mimamori_app", "DELETE") in grants(), "opened after migrate, as unguarded tables are"

    migrate()
    assert (stands(), policies(), grants()) == (True, now, granted)
    assert checks.missing_in(connection) == []


def test_each_operation_knows_what_it_replaced() -> None:
    guards = [
        one
        for one in declaring.applied(connection)
        if isinstance(one, Guard) and one.table == "patients_consent"
    ]
    assert [declaring.former(one) for one in guards] == [None, *guards[:-1]]
    assert len(guards) > 1


def test_what_no_migration_holds_replaced_nothing() -> None:
    assert declaring.former(Guard(TABLE, to="true")) is None
    assert declaring.former(Restrict(TABLE)) is None


def test_a_restriction_that_is_taken_back_leaves_the_former_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No migration has restricted a table twice yet, so the former one is said here."""
    milder = Restrict(TABLE, delete="true")
    with connection.as_owner():
        monkeypatch.setattr(declaring, "former", lambda operation: milder)
        with connection.schema_editor() as editor:
            Restrict(TABLE).database_backwards("reports", editor, None, None)
        assert policies()["mimamori_app_delete"][3] == "true"
        monkeypatch.setattr(declaring, "former", lambda operation: None)
        with connection.schema_editor() as editor:
            Restrict(TABLE).database_backwards("reports", editor, None, None)
    assert set(policies()) == {"mimamori_app", "mimamori_batch"}
