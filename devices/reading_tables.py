"""The migration operations that make the table of a kind's readings.

    operations = partitioned_readings(
        "weight",
        columns={"received_at": "timestamptz", "grams": "integer", "utc_offset": "smallint"},
        values=("grams",),
    )

makes `devices_weightreading`: partitioned by the month of its time, with one index, rows that never
change, the walls around them, the function through which ingest asks whether a repeat says the
same, and the kind among those that a device may have. Everything is said in the migration itself,
since the text of an applied migration must not change with the kind's folder; a test holds the two
together.
"""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState

from devices.models.of_kinds import fields
from healthcare.walls.guarding import HEALTH, Guard
from healthcare.walls.roles import DatabaseRole
from healthcare.walls.seeing import Seeing

KNOWN = "device_kind_is_known"
# Wide columns first: PostgreSQL pads between them otherwise.
_WIDTHS = {"bigint": 8, "timestamptz": 8, "double precision": 8, "integer": 4, "real": 4}
_WIDTHS |= {"smallint": 2, "boolean": 1}

_TABLE = """
CREATE TABLE {table} (
    {columns},
    CONSTRAINT {table}_pkey PRIMARY KEY ({key}){included}{checks}
) PARTITION BY RANGE ({time})
"""
_NEVER_CHANGED = """
CREATE TRIGGER readings_never_change BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION devices_refuse_change()
"""
# Rows as JSON, each with its place `i`; the answer names those that are stored, and whether with
# the same values. The bounds let the planner look at the partitions of those months only.
_SAME = """
CREATE OR REPLACE FUNCTION walls.{table}_same(given jsonb, first timestamptz, last timestamptz)
RETURNS TABLE (i integer, same boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT n.i, ROW({stored}) IS NOT DISTINCT FROM ROW({told})
      FROM jsonb_to_recordset(given) AS n(i integer, {columns})
      JOIN {table} t ON t.patient_id = n.patient_id AND t.{time} = n.{time}
       AND t.device_id = n.device_id AND t.device_reading_id = n.device_reading_id
     WHERE t.{time} BETWEEN first AND last
$$
"""


def partitioned_readings(
    kind: str,
    *,
    time: str = "measured_at",
    columns: Mapping[str, str],
    values: tuple[str, ...],
    optional: tuple[str, ...] = (),
    carried: tuple[str, ...] = (),
    checks: Mapping[str, str] | None = None,
    to: str = HEALTH,
) -> list[Operation]:
    """All operations of a new kind's migration.

    Args:
        kind: the name of the kind; the table is `devices_<kind>reading`.
        time: the column of the reading's time, by whose month the table is partitioned.
        columns: name to SQL type of everything but the key (person, time, device, its own id).
        values: the columns that tell a repeat from a conflict.
        optional: the columns that may be NULL.
        carried: columns that the one index carries, so that a query of them reads nothing else.
        checks: name to SQL of what every row fulfils.
        to: which rows the scope in force covers, as in `Guard`.
    """
    table = f"devices_{kind.replace('_', '')}reading"
    key = f"patient_id, {time}, device_id, device_reading_id"
    return [
        CreateReadings(
            kind,
            time=time,
            columns=dict(columns),
            optional=optional,
            carried=carried,
            checks=dict(checks or {}),
        ),
        Guard(table, to=to, app="SELECT", batch="SELECT, DELETE", ingest=f"SELECT ({key})"),
        _same(table, time, {name: columns[name] for name in values}),
        KnowKind(kind),
    ]


class CreateReadings(Operation):
    """The table, and the model of `devices.models.of_kinds` in the migrations' state."""

    reduces_to_sql = True
    reversible = True

    def __init__(
        self,
        kind: str,
        *,
        time: str,
        columns: dict[str, str],
        optional: tuple[str, ...] = (),
        carried: tuple[str, ...] = (),
        checks: dict[str, str] | None = None,
    ) -> None:
        self.kind = kind
        self.time = time
        self.columns = columns
        self.optional = optional
        self.carried = carried
        self.checks = checks or {}
        self.model = f"{kind.title().replace('_', '')}Reading"
        self.table = f"devices_{self.model.lower()}"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        names = ("time", "columns", "optional", "carried", "checks")
        return (type(self).__name__, [self.kind], {name: getattr(self, name) for name in names})

    def state_forwards(self, app_label: str, state: Any) -> None:
        made = fields(self.time, self.columns.items(), self.optional)
        state.add_model(ModelState(app_label, self.model, list(made.items()), {}, (models.Model,)))

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        for statement in self._statements():
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        schema_editor.execute(f"DROP TABLE {self.table}", params=None)

    def describe(self) -> str:
        return f"Create the readings of kind {self.kind}"

    def _statements(self) -> list[str]:
        key = ("patient_id", self.time, "device_id", "device_reading_id")
        types = dict(zip(key, ("bigint", "timestamptz", "bigint", "text"), strict=True))
        types |= self.columns
        widest_first = sorted(types, key=lambda name: -_WIDTHS.get(types[name], 0))
        columns = [
            f"{name} {types[name]}{'' if name in self.optional else ' NOT NULL'}"
            for name in widest_first
        ]
        checks = (f",\n    CONSTRAINT {name} CHECK ({sql})" for name, sql in self.checks.items())
        table = _TABLE.format(
            table=self.table,
            columns=",\n    ".join(columns),
            key=", ".join(key),
            included=f" INCLUDE ({', '.join(self.carried)})" if self.carried else "",
            checks="".join(checks),
            time=self.time,
        )
        return [table, _NEVER_CHANGED.format(table=self.table)]


class KnowKind(Operation):
    """One kind more among those that a device may have."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (type(self).__name__, [self.kind], {})

    def state_forwards(self, app_label: str, state: Any) -> None:
        device = state.models[app_label, "device"]
        (known,) = (c for c in device.options["constraints"] if c.name == KNOWN)
        kinds = dict(known.condition.children)["kind__in"]
        state.remove_constraint(app_label, "device", KNOWN)
        state.add_constraint(app_label, "device", kind_is_one_of([*kinds, self.kind]))

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        device = to_state.apps.get_model(app_label, "Device")
        schema_editor.remove_constraint(device, _known(from_state, app_label))
        schema_editor.add_constraint(device, _known(to_state, app_label))

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        self.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Let devices be of kind {self.kind}"


def kind_is_one_of(kinds: list[str]) -> models.CheckConstraint:
    """What a device's kind may be. In one order, whoever lists them."""
    return models.CheckConstraint(condition=models.Q(kind__in=sorted(kinds)), name=KNOWN)


def _known(state: Any, app_label: str) -> models.CheckConstraint:
    model: ModelState = state.models[app_label, "device"]
    found: models.CheckConstraint = model.get_constraint_by_name(KNOWN)
    return found


def _same(table: str, time: str, values: dict[str, str]) -> Seeing:
    """The function that answers whether repeats say the same."""
    key = {
        "patient_id": "bigint",
        time: "timestamptz",
        "device_id": "bigint",
        "device_reading_id": "text",
    }
    signature = f"walls.{table}_same(jsonb, timestamptz, timestamptz)"
    return Seeing(
        signature,
        create=_SAME.format(
            table=table,
            time=time,
            columns=", ".join(f"{name} {type_}" for name, type_ in {**key, **values}.items()),
            stored=", ".join(f"t.{name}" for name in values),
            told=", ".join(f"n.{name}" for name in values),
        ),
        drop=f"DROP FUNCTION {signature}",
        to=(DatabaseRole.INGEST.value,),
    )
