"""The migration operation that says which rows the application may only read.

    Restrict("reports_alert")

A `Guard` covers reading and writing with one answer. Some scopes reach a person to read only:
break-glass, watching along, operators' staff, the support desk. On a restricted table PostgreSQL
refuses their INSERT, UPDATE and DELETE by policies of its own, which are RESTRICTIVE: they take
away from what the guard grants, and stand when the table is guarded anew. None of them is asked by
a SELECT, so reading costs what it did.
"""

from typing import Any

from django.db.migrations.operations.base import Operation

from healthcare.walls import declaring
from healthcare.walls.roles import DatabaseRole

# In brackets, so that it is computed once a statement. It raises an error that says why, instead of
# changing no rows in silence.
WRITER = "(SELECT walls.may_write())"


class Restrict(Operation):
    """Keeps the application's role from writing rows of a table that it may read.

    `insert`, `update` and `delete` say in SQL when it may after all, `updated` what a row that was
    updated must be, when that is something else than `update`.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(
        self,
        table: str,
        *,
        insert: str = WRITER,
        update: str = WRITER,
        delete: str = WRITER,
        updated: str = "",
    ) -> None:
        self.table = table
        self.insert = insert
        self.update = update
        self.delete = delete
        self.updated = updated

    @property
    def policies(self) -> dict[str, str]:
        """The policies that must stand, each with the one command that it restricts."""
        commands = ("INSERT", "UPDATE", "DELETE")
        return {f"{DatabaseRole.APP}_{command.lower()}": command for command in commands}

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        given = {name: getattr(self, name) for name in ("insert", "update", "delete")}
        changed = {name: said for name, said in given.items() if said != WRITER}
        return (
            type(self).__name__,
            [self.table],
            changed | ({"updated": self.updated} if self.updated else {}),
        )

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        for statement in (*self._dropped(), *self._made()):
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        before = declaring.former(self)
        for statement in (*self._dropped(), *(before._made() if before else ())):
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return f"Restrict who writes {self.table}"

    def _dropped(self) -> list[str]:
        return [f"DROP POLICY IF EXISTS {name} ON {self.table}" for name in self.policies]

    def _made(self) -> list[str]:
        rows = {
            "INSERT": f"WITH CHECK ({self.insert})",
            "UPDATE": f"USING ({self.update}) WITH CHECK ({self.updated or self.update})",
            "DELETE": f"USING ({self.delete})",
        }
        return [
            f"CREATE POLICY {name} ON {self.table} AS RESTRICTIVE FOR {command}"
            f" TO {DatabaseRole.APP} {rows[command]}"
            for name, command in self.policies.items()
        ]
