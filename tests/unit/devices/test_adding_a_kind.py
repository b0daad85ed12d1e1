"""docs/adding-a-kind.md is true: its migration makes what it says, and its places are there."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from devices.kinds.known import KINDS
from devices.models.of_kinds import fields
from devices.reading_tables import CreateReadings
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.walls.owning import as_owner

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "adding-a-kind.md").read_text()
PATH = re.compile(r"`((?:devices|reports|portal|tests|docs)/[\w./*-]+)`")
TABLE = "devices_temperaturereading"

pytestmark = pytest.mark.django_db


def operations() -> list[Operation]:
    (block,) = re.findall(r"<!-- migration -->\n```python\n(.*?)```", PAGE, re.DOTALL)
    made: dict[str, Any] = {}
    exec(block, made)
    return list(made["Migration"].operations)


def ask(sql: str, *parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def migrate(all_of_them: list[Operation], *, back: bool = False) -> None:
    states = [MigrationLoader(connection).project_state()]
    for operation in all_of_them:
        states.append(states[-1].clone())
        operation.state_forwards("devices", states[-1])
    steps = list(zip(all_of_them, states, states[1:], strict=False))
    with as_owner(), connection.schema_editor(atomic=False) as editor:
        for operation, before, after in reversed(steps) if back else steps:
            if back:
                operation.database_backwards("devices", editor, after, before)
            else:
                operation.database_forwards("devices", editor, before, after)


def test_the_migration_of_the_page() -> None:
    kind = operations()
    with transaction.atomic():
        migrate(kind)
        with acting_in(Scope.ingest()):
            ask("SELECT devices_make_partition(%s, '2026-11-01')", TABLE)
            ask(
                f"INSERT INTO {TABLE}_2026_11 VALUES"
                " (1, '2026-11-02T00:00Z', 2, '2026-11-02T00:01Z', 36700, 540, NULL, '')"
            )
            row = '[{"i": 5, "patient_id": 1, "measured_at": "2026-11-02T00:00Z",'
            row += ' "device_id": 2, "device_reading_id": "", "millidegrees": 36700}]'
            bounds = "'2026-11-01', '2026-12-01'"
            assert ask(f"SELECT * FROM walls.{TABLE}_same(%s, {bounds})", row) == [(5, True)]
            with pytest.raises(DatabaseError, match="denied"), transaction.atomic():
                ask(f"SELECT millidegrees FROM {TABLE}")
        for scope, seen in (
            (Scope.people(frozenset({1})), 1),
            (Scope.people(frozenset({2})), 0),
            (Scope.support(), 0),
        ):
            with acting_in(scope):
                assert ask(f"SELECT count(*) FROM {TABLE}") == [(seen,)]
        with as_owner(), pytest.raises(DatabaseError, match="never change"), transaction.atomic():
            ask(f"DELETE FROM {TABLE}")
        ask(
            "INSERT INTO devices_device (kind, serial, model, firmware, lot, timezone,"
            " registered_at) VALUES ('temperature', 'T-1', '', '', '', 'Asia/Tokyo', now())"
        )
        transaction.set_rollback(True)


def test_it_can_be_taken_back() -> None:
    kind = operations()
    with transaction.atomic():
        migrate(kind)
        migrate(kind, back=True)
        assert ask("SELECT to_regclass(%s)", TABLE) == [(None,)]
        refused = pytest.raises(DatabaseError, match="device_kind_is_known")
        with refused, transaction.atomic():
            ask(
                "INSERT INTO devices_device (kind, serial, model, firmware, lot, timezone,"
                " registered_at) VALUES ('temperature', 'T-1', '', '', '', 'Asia/Tokyo', now())"
            )
        transaction.set_rollback(True)


@pytest.mark.parametrize("kind", ["weight", "oximetry"])
def test_folder_and_migration_say_the_same(kind: str) -> None:
    table = KINDS[kind].table
    (made,) = [
        operation
        for migration in MigrationLoader(None).disk_migrations.values()
        for operation in migration.operations
        if isinstance(operation, CreateReadings) and operation.kind == kind
    ]
    assert (made.table, made.time, dict(table.columns[4:])) == (
        table.name,
        table.time,
        made.columns,
    )
    assert set(made.optional) == set(table.optional)
    assert list(fields(made.time, made.columns.items(), made.optional))[:5] == [
        "pk",
        "patient",
        table.time,
        "device",
        "device_reading_id",
    ]


def test_the_page_names_places_that_are_there() -> None:
    named = {
        path for path in PATH.findall(PAGE) if "temperature" not in path and "NNNN" not in path
    }
    assert len(named) > 8
    assert [path for path in named if not list(ROOT.glob(path.rstrip("/")))] == []
    for link in re.findall(r"\]\(([\w./-]+)\)", PAGE):
        assert (ROOT / "docs" / link).exists(), link
