"""Tables without people's data: hospitals, packages, sessions, what libraries bring."""

from typing import Any

from healthcare.walls.roles import DatabaseRole, missing

# Guarded tables carry their own grants, and partitions are ingest's alone.
_UNGUARDED = """
SELECT c.oid::regclass::text, c.relkind
  FROM pg_class c
 WHERE c.relnamespace = current_schema()::regnamespace
   AND c.relkind IN ('r', 'p', 'S') AND NOT c.relispartition AND NOT c.relforcerowsecurity
   AND pg_has_role(current_user, c.relowner, 'USAGE')
 ORDER BY 1
"""
TABLE = "SELECT, INSERT, UPDATE, DELETE"
SEQUENCE = "USAGE"


def grant_unguarded(connection: Any) -> None:
    """Let app and batch work with every table that no migration guards. Run it as the owner."""
    with connection.cursor() as cursor:
        if missing(cursor):
            return  # only some apps were migrated, and not yet this one
        cursor.execute(_UNGUARDED)
        for name, kind in cursor.fetchall():
            if kind == "S" and _is_of_guarded(cursor, name):
                continue
            what = f"{SEQUENCE} ON SEQUENCE" if kind == "S" else f"{TABLE} ON"
            for role in (DatabaseRole.APP, DatabaseRole.BATCH):
                cursor.execute(f"GRANT {what} {name} TO {role}")


def _is_of_guarded(cursor: Any, sequence: str) -> bool:
    cursor.execute(
        "SELECT EXISTS (SELECT FROM pg_depend d JOIN pg_class t ON t.oid = d.refobjid"
        " WHERE d.objid = %s::regclass AND t.relforcerowsecurity)",
        [sequence],
    )
    found: tuple[bool] = cursor.fetchone()
    return found[0]
