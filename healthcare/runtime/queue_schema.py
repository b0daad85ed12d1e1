"""PGMQ's schema: the queue inside PostgreSQL."""

from typing import Any

from pgmq.install import get_embedded_install_sql, get_embedded_sql_version


def install(apps: Any, schema_editor: Any) -> None:
    """Install the schema that the `pgmq` package ships, in the migration's transaction.

    A database that has it already, from here or as an extension, is left as it is.
    """
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pgmq.meta') IS NOT NULL")
        if cursor.fetchone()[0]:
            return
        cursor.execute(get_embedded_install_sql())
        cursor.execute(
            "SELECT format('COMMENT ON SCHEMA pgmq IS %%L', %s::text)",
            [f"PGMQ {get_embedded_sql_version()}, from SQL"],
        )
        cursor.execute(cursor.fetchone()[0])


def remove(apps: Any, schema_editor: Any) -> None:
    """Drop the schema with every message in it."""
    schema_editor.execute("DROP SCHEMA IF EXISTS pgmq CASCADE")
