"""Views and functions that see through the walls, for the walls' own sake.

A policy must ask whose patient somebody is, and the tables that answer stand behind policies
themselves. What is made here belongs to batch, so it reads all of them, and gives out nothing but
its own answer.
"""

from typing import Any

from django.db.migrations.operations.base import Operation

from healthcare.walls.roles import DatabaseRole


class Seeing(Operation):
    """Make a view, or a SECURITY DEFINER function, that belongs to batch.

    `create` is the CREATE OR REPLACE statement, `name` what is granted (with the arguments of a
    function), `drop` undoes it. `to` are the roles that may use it.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(
        self, name: str, *, create: str, drop: str, to: tuple[str, ...] = (DatabaseRole.APP.value,)
    ) -> None:
        self.name = name
        self.create = create
        self.drop = drop
        self.to = to

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (
            type(self).__name__,
            [self.name],
            {"create": self.create, "drop": self.drop, "to": self.to},
        )

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        is_function = self.name.endswith(")")
        privilege = "EXECUTE ON FUNCTION" if is_function else "SELECT ON"
        revoked = [f"REVOKE ALL ON FUNCTION {self.name} FROM PUBLIC"] if is_function else []
        granted = [f"GRANT {privilege} {self.name} TO {role}" for role in self.to]
        as_batch(schema_editor, [self.create, *revoked, *granted])

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        as_batch(schema_editor, [self.drop])

    def describe(self) -> str:
        return f"Let {', '.join(self.to)} ask {self.name}"


class AsBatch(Operation):
    """Run a statement as batch, who owns what it makes and sees the rows that it reads."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, forwards: str, backwards: str) -> None:
        self.forwards = forwards
        self.backwards = backwards

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (type(self).__name__, [self.forwards, self.backwards], {})

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        as_batch(schema_editor, [self.forwards])

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if self.backwards:
            as_batch(schema_editor, [self.backwards])

    def describe(self) -> str:
        return "Run a statement as batch"


def as_batch(schema_editor: Any, statements: list[str]) -> None:
    """Run statements as batch, and be the migrations' owner again."""
    for statement in [f"SET LOCAL ROLE {DatabaseRole.BATCH}", *statements, "SET LOCAL ROLE NONE"]:
        schema_editor.execute(statement, params=None)
