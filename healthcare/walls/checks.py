"""What is missing from the walls of this database, as system checks.

They run with `manage.py check --database default` and before every `migrate`. What the migrations
declare is compared with what PostgreSQL has, so a policy that was dropped by hand, a table
restored without its grants or a login that may not act as the roles is named, with the cure.
"""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import DatabaseError, connections

from healthcare.walls import declaring, roles
from healthcare.walls.guarding import Guard, Walls
from healthcare.walls.making import for_administrator
from healthcare.walls.restricting import Restrict
from healthcare.walls.roles import DatabaseRole

OF_COLUMNS = ("SELECT", "INSERT", "UPDATE")
OF_TABLES = ("DELETE", "TRUNCATE")
# How PostgreSQL's catalogue writes the command of a policy.
COMMANDS = {"INSERT": "a", "UPDATE": "w", "DELETE": "d"}


def walls_stand(
    app_configs: Any = None, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Errors for roles, policies and grants that this database lacks."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        if connection.vendor == "postgresql":
            try:
                found += missing_in(connection)
            except DatabaseError as error:
                found.append(Error(f"{alias}: {error}", id="walls.E000"))
    return found


def missing_in(connection: Any) -> list[CheckMessage]:
    """What this database lacks of what its applied migrations raised."""
    with connection.as_owner(), connection.cursor() as cursor:
        statements = roles.missing(cursor)
        if statements and not roles.can_make(cursor):
            return [Error(for_administrator(statements), id="walls.E001")]
        declared = declared_walls(connection)
        if statements and declared:
            return [
                Error(
                    "The roles are gone from this server, though the tables are here.",
                    hint="; ".join(statements),
                    id="walls.E002",
                )
            ]
        restricted = declared_restrictions(connection)
        return [
            *(error for walls in declared for error in _compare(cursor, walls)),
            *(error for one in restricted for error in _compare_restriction(cursor, one)),
        ]


def declared_walls(connection: Any) -> list[Walls]:
    """The walls that the applied migrations of this database raised, the latest of each table."""
    guards = (one for one in declaring.applied(connection) if isinstance(one, Guard))
    return list({guard.table: guard.walls for guard in guards}.values())


def declared_restrictions(connection: Any) -> list[Restrict]:
    """Where the applied migrations restrict who writes, the latest word on each table."""
    found = (one for one in declaring.applied(connection) if isinstance(one, Restrict))
    return list({one.table: one for one in found}.values())


def _compare(cursor: Any, walls: Walls) -> list[CheckMessage]:
    cursor.execute(
        "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE oid = to_regclass(%s)",
        [walls.table],
    )
    row = cursor.fetchone()
    if row is None:
        return []
    errors: list[CheckMessage] = []
    if not row[0]:
        cure = f"ALTER TABLE {walls.table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
        errors.append(_error(f"{walls.table} does not stand under row-level security.", cure))
    for role in DatabaseRole:
        errors += _compare_role(cursor, walls, role)
    return errors


def _compare_role(cursor: Any, walls: Walls, role: DatabaseRole) -> list[CheckMessage]:
    table, said = walls.table, walls.privileges.get(role, "")
    cursor.execute(
        "SELECT EXISTS (SELECT FROM pg_policy WHERE polrelid = %s::regclass AND polname = %s)",
        [table, role.value],
    )
    errors: list[CheckMessage] = []
    if cursor.fetchone() != (bool(said),):
        cure = f"apply the migration that guards {table} again, or restore from a full dump"
        errors.append(_error(f"{table}: the policy of {role} is not the declared one.", cure))
    for privilege in (*OF_COLUMNS, *OF_TABLES):
        # A column's privilege counts: ingest may see the keys of a table and no value.
        has = "has_any_column_privilege" if privilege in OF_COLUMNS else "has_table_privilege"
        cursor.execute(f"SELECT {has}(%s, %s, %s)", [role.value, table, privilege])
        wanted = privilege in said
        if cursor.fetchone() != (wanted,):
            verb = "GRANT {} ON {} TO {}" if wanted else "REVOKE {} ON {} FROM {}"
            cure = verb.format(privilege, table, role)
            errors.append(_error(f"{table}: {role} and {privilege}: not as declared.", cure))
    return errors


def _compare_restriction(cursor: Any, declared: Restrict) -> list[CheckMessage]:
    table = declared.table
    cursor.execute(
        "SELECT polname, polcmd FROM pg_policy WHERE polrelid = to_regclass(%s)"
        " AND NOT polpermissive AND polroles = ARRAY[%s::regrole::oid]",
        [table, DatabaseRole.APP.value],
    )
    standing = dict(cursor.fetchall())
    cure = f"apply the migration that restricts {table} again, or restore from a full dump"
    return [
        _error(f"{table}: the policy {name} does not restrict {command}.", cure)
        for name, command in declared.policies.items()
        if standing.get(name) != COMMANDS[command]
    ]


def _error(what: str, cure: str) -> Error:
    return Error(what, hint=cure, id="walls.E003")
