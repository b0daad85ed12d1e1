"""The migration operations by which a room raises its walls.

    Guard("reports_alert", to=HEALTH, app="SELECT, INSERT, UPDATE", batch="SELECT, INSERT")

puts a table under row-level security, for its owner too, with one policy a role, and grants just
these privileges. `to` says in SQL which rows the scope in force covers; the constants below are
the usual answers. Rows that the app writes must be covered like those it reads, unless `writes`
says something else.

The text of an applied migration is not changed: to change walls, guard the table again. Taken back,
a guard leaves what stood before it: the table's former guard, or none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.migrations.operations.base import Operation

from healthcare.walls import declaring
from healthcare.walls.roles import DatabaseRole

# Rows of one person at a time: the planner probes the reach of the scope, or hashes it once.
HEALTH = "EXISTS (SELECT FROM walls.reach r WHERE r.patient_id = {table}.patient_id)"
# Hashed once a statement, for tables that are read and written by the page and by the batch.
HEALTH_IN_BULK = "{table}.patient_id IN (SELECT r.patient_id FROM walls.reach r)"


# A person's own rows, which are no business of the clinic.
OWN = "{table}.patient_id = ANY (walls.own())"
SUPPORT = "walls.kind() = 'support'"
OPERATOR = "{table}.operator_id = walls.operator()"


def through(table: str, column: str) -> str:
    """The rows whose parent is covered: the parent's own policy answers."""
    return f"EXISTS (SELECT FROM {table} parent WHERE parent.id = {{table}}.{column})"


def any_of(*answers: str) -> str:
    """Rows that one of these covers."""
    return " OR ".join(f"({answer})" for answer in answers)


@dataclass(frozen=True, slots=True)
class Walls:
    """What must stand on a table: who may do what, for the check that compares."""

    table: str
    privileges: Mapping[DatabaseRole, str] = field(default_factory=dict)


class Guard(Operation):
    """Row-level security on a table, and who may do what with the rows it lets through."""

    reduces_to_sql = True
    reversible = True

    def __init__(
        self,
        table: str,
        *,
        to: str,
        writes: str = "",
        app: str = "",
        batch: str = "",
        ingest: str = "",
    ) -> None:
        self.table = table
        self.to = to
        self.writes = writes
        self.app = app
        self.batch = batch
        self.ingest = ingest

    @property
    def walls(self) -> Walls:
        """What this operation leaves behind."""
        named = {
            DatabaseRole.APP: self.app,
            DatabaseRole.BATCH: self.batch,
            DatabaseRole.INGEST: self.ingest,
        }
        return Walls(self.table, {role: said for role, said in named.items() if said})

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        names = ("to", "writes", "app", "batch", "ingest")
        given = {name: getattr(self, name) for name in names if getattr(self, name)}
        return (type(self).__name__, [self.table], given)

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        for statement in self._statements():
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        before = declaring.former(self)
        for statement in before._statements() if before else self._undo():
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return f"Guard {self.table} by row-level security"

    def _statements(self) -> list[str]:
        covered = self.to.format(table=self.table)
        written = (self.writes or self.to).format(table=self.table)
        everybody = ", ".join(DatabaseRole)
        statements = [
            f"ALTER TABLE {self.table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
            f"REVOKE ALL ON {self.table} FROM {everybody}",
        ]
        for role in DatabaseRole:
            statements.append(f"DROP POLICY IF EXISTS {role} ON {self.table}")
        for role, privileges in self.walls.privileges.items():
            rows = (
                f"USING ({covered}) WITH CHECK ({written})"
                if role == DatabaseRole.APP
                else "USING (true)"
            )
            statements.append(f"CREATE POLICY {role} ON {self.table} TO {role} {rows}")
            statements.append(f"GRANT {privileges} ON {self.table} TO {role}")
            if "INSERT" in privileges:
                statements.append(_GRANT_SEQUENCES.format(table=self.table, role=role))
        return statements

    def _undo(self) -> list[str]:
        """Takes the table's first walls away; `migrate` then opens it like any unguarded one."""
        return [
            *(f"DROP POLICY IF EXISTS {role} ON {self.table}" for role in DatabaseRole),
            f"REVOKE ALL ON {self.table} FROM {', '.join(DatabaseRole)}",
            f"ALTER TABLE {self.table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY",
        ]


# A set-wise import draws its keys before it writes the rows.
_GRANT_SEQUENCES = """
DO $$
DECLARE sequence regclass;
BEGIN
    FOR sequence IN
        SELECT objid::regclass FROM pg_depend
        WHERE refobjid = '{table}'::regclass AND classid = 'pg_class'::regclass
          AND objid IN (SELECT oid FROM pg_class WHERE relkind = 'S')
    LOOP
        EXECUTE format('GRANT USAGE ON SEQUENCE %s TO {role}', sequence);
    END LOOP;
END $$
"""
