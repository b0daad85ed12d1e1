"""A cursor that speaks PostgreSQL's binary format and may prepare statements: for hot paths.

Django binds parameters on the client and reads times through Python, 15 us a row; in binary it is
2 us. What runs for every post is prepared, since planning it takes longer than running it (a
pooler between must know prepared statements: PgBouncer does since 1.21). Errors are Django's all
the same.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

PREPARE_AFTER = 5


@contextmanager
def pipelined() -> Iterator[None]:
    """Statements of the block go to the server without waiting for each other's answers.

    An error shows with the next answer that is asked for, at the latest with the commit: keep
    whole transactions inside, and only statements of whose answers few are needed.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


@contextmanager
def binary_cursor() -> Iterator[psycopg.Cursor[tuple[Any, ...]]]:
    """A cursor on the connection and in the transaction that Django uses."""
    connection.ensure_connection()
    raw = connection.connection
    # Django turns preparing off for the connection; its own cursors never prepare in any case.
    raw.prepare_threshold = PREPARE_AFTER
    with connection.wrap_database_errors, psycopg.Cursor(raw) as cursor:
        cursor.format = psycopg.pq.Format.BINARY
        yield cursor
