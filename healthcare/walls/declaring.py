"""What the migrations declare of the walls, in the order in which they are applied."""

from collections.abc import Iterator
from typing import Any, TypeVar

from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

_Declared = TypeVar("_Declared", bound=Operation)


def applied(connection: Any) -> Iterator[Operation]:
    """The operations of the migrations that this database has applied, the first one first."""
    loader = MigrationLoader(connection)
    seen: dict[tuple[str, str], None] = {}
    for leaf in loader.graph.leaf_nodes():
        seen.update(dict.fromkeys(loader.graph.forwards_plan(leaf)))
    for key in seen:
        if key in loader.applied_migrations:
            yield from loader.disk_migrations[key].operations


def former(operation: _Declared) -> _Declared | None:
    """The operation of this kind that stood on the same table before this one; None for the first.

    Asked of the migrations alone, whatever of them a database has applied: a migration that is
    taken back was preceded by all that it depends on.
    """
    found = None
    for earlier in _up_to(operation):
        if earlier is operation:
            break
        if type(earlier) is type(operation) and _table(earlier) == _table(operation):
            found = earlier
    return found


def _up_to(operation: Operation) -> Iterator[Operation]:
    """All that a database has run when it comes to this operation, and the operation itself."""
    loader = MigrationLoader(None)
    for key, migration in loader.disk_migrations.items():
        if any(one is operation for one in migration.operations):
            for earlier in loader.graph.forwards_plan(key):
                yield from loader.disk_migrations[earlier].operations


def _table(operation: Operation) -> str:
    return str(vars(operation)["table"])
