"""The three roles beside the owner, as whom the application acts in the database.

    app      pages, API and everything not named below; row-level security stands before it
    ingest   takes readings in: writes them, and reads of people no more than it needs for that
    batch    import, billing, report building and commands: sees everybody, may do what is granted

Roles belong to a server, not to a database, so two installations on one server share them. What
they may do is granted in each database by itself.
"""

from enum import StrEnum
from typing import Any


class DatabaseRole(StrEnum):
    """A role's name in PostgreSQL."""

    APP = "mimamori_app"
    INGEST = "mimamori_ingest"
    BATCH = "mimamori_batch"


def missing(cursor: Any) -> list[str]:
    """The statements that make every role and let this login act as it; empty when all stand."""
    statements = []
    for role in DatabaseRole:
        if not _exists(cursor, role):
            statements.append(f"CREATE ROLE {role} NOLOGIN NOINHERIT")
            statements.append(_membership(cursor, role))
        elif not _is_member(cursor, role):
            statements.append(_membership(cursor, role))
    return statements


def can_make(cursor: Any) -> bool:
    """Whether this login may run those statements itself."""
    cursor.execute("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
    found: tuple[bool] = cursor.fetchone()
    return found[0]


def _exists(cursor: Any, role: DatabaseRole) -> bool:
    cursor.execute("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", [role.value])
    found: tuple[bool] = cursor.fetchone()
    return found[0]


def _is_member(cursor: Any, role: DatabaseRole) -> bool:
    # A superuser may act as anybody without being a member.
    cursor.execute(
        "SELECT rolsuper OR EXISTS (SELECT FROM pg_auth_members m"
        " WHERE m.member = u.oid AND m.roleid = %s::regrole"
        f" {'AND m.set_option' if _is_new(cursor) else ''})"
        " FROM pg_roles u WHERE rolname = current_user",
        [role.value],
    )
    found: tuple[bool] = cursor.fetchone()
    return found[0]


def _membership(cursor: Any, role: DatabaseRole) -> str:
    """Acting as a role must be asked for: the owner does not inherit what batch may see."""
    cursor.execute("SELECT quote_ident(current_user)")
    (login,) = cursor.fetchone()
    return f"GRANT {role} TO {login}" + (" WITH INHERIT FALSE, SET TRUE" if _is_new(cursor) else "")


def _is_new(cursor: Any) -> bool:
    """Since PostgreSQL 16 a membership says by itself whether it is inherited."""
    cursor.execute("SELECT current_setting('server_version_num')::int >= 160000")
    found: tuple[bool] = cursor.fetchone()
    return found[0]
