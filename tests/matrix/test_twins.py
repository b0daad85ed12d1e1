"""The matrix again with one wall switched off: whichever is left lets nothing through, and with
both off the canaries sing."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from healthcare.hospitals.scope import ScopedManager, ScopedQuerySet
from healthcare.walls.owning import as_owner
from tests.matrix import checks
from tests.matrix.expectations import ENTRIES
from tests.matrix.routes import routes
from tests.matrix.walking import wrong
from tests.matrix.world import World

pytestmark = pytest.mark.django_db

CALLS = [(name, method) for name, entry in ENTRIES.items() for method in entry.calls]


@pytest.fixture
def python_wall_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Managers narrow nothing: every query asks for everybody's rows."""
    everything: Any = lambda self: ScopedQuerySet(self.model, using=self._db)  # noqa: E731
    monkeypatch.setattr(ScopedManager, "get_queryset", everything)


@pytest.fixture
def database_wall_off(world: World) -> None:
    """No table stands under row-level security; the test's own transaction undoes it."""
    with as_owner(), connection.cursor() as cursor:
        # What waits for the end of the transaction would keep tables from being altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT oid::regclass::text FROM pg_class WHERE relrowsecurity")
        tables = [name for (name,) in cursor.fetchall()]
        assert tables
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")


def leaks(world: World, name: str, method: str) -> list[str]:
    # Every format shows what the same queries found: one is enough for what walls are about.
    call = ENTRIES[name].calls[method]  # type: ignore[index]
    call = replace(call, formats=call.formats[:1])
    return wrong(world, routes()[name], method, call, checks.LEAKS)


@pytest.mark.parametrize(("name", "method"), CALLS)
@pytest.mark.usefixtures("python_wall_off")
def test_row_level_security_stands_alone(world: World, name: str, method: str) -> None:
    assert leaks(world, name, method) == []


@pytest.mark.parametrize(("name", "method"), CALLS)
@pytest.mark.usefixtures("database_wall_off")
def test_the_scope_stands_alone(world: World, name: str, method: str) -> None:
    assert leaks(world, name, method) == []


@pytest.mark.parametrize("name", ["portal:clinic:patient", "patient-readings", "invoices"])
@pytest.mark.usefixtures("python_wall_off", "database_wall_off")
def test_without_both_walls_the_canaries_sing(world: World, name: str) -> None:
    assert leaks(world, name, "GET") != []
