"""Makes the roles, or says which statements an administrator has to run first."""

from typing import Any

from django.db import DatabaseError, transaction

from healthcare.walls import roles


class RolesMissing(DatabaseError):
    """This login may not make roles: the message holds the statements for somebody who may."""


def make_roles(apps: Any, schema_editor: Any) -> None:
    """Make what is missing, as part of a migration.

    Raises:
        RolesMissing: the login lacks CREATEROLE.
    """
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        statements = roles.missing(cursor)
        if statements and not roles.can_make(cursor):
            raise RolesMissing(for_administrator(statements))
        # Roles are the server's: two databases that are made at once ask for the same ones.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        for statement in roles.missing(cursor):
            try:
                with transaction.atomic(using=connection.alias):
                    cursor.execute(statement)
            except DatabaseError:
                if statement in roles.missing(cursor):
                    raise


def for_administrator(statements: list[str]) -> str:
    """What to tell somebody whose login may not do it."""
    lines = "\n".join(f"    {statement};" for statement in statements)
    return (
        "The login in DATABASE_URL may not make roles. Let an administrator of the server run\n"
        f"{lines}\nand then manage.py migrate again."
    )


_LOCK = 0x6D6D726F
