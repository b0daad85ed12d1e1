"""Celery's messages as rows of PGMQ in Django's default database.

Kombu's own transport takes a URL, which cannot name a socket, and keeps the password in
settings. This one asks Django where the database is, so the queue is always in the same server
and database as the work it rings for, in tests too, and the embedded server is started by it.
"""

from typing import Any

from django.db import connections
from kombu.transport import pgmq as kombu_pgmq
from pgmq import PGMQueue
from psycopg_pool import ConnectionPool

# What Django adds for its own cursors; the rest is libpq's.
NOT_FOR_LIBPQ = {"cursor_factory", "context", "prepare_threshold"}


class Transport(kombu_pgmq.Transport):
    """Kombu's PGMQ transport over Django's default database."""

    def _create_pgmq_client(self) -> PGMQueue:
        client: Any = self.client
        options: dict[str, Any] = client.transport_options
        database: Any = connections["default"]
        if hasattr(database, "ensure_server"):
            database.ensure_server()
        django_parameters = database.get_connection_params()
        pool = ConnectionPool(
            kwargs={k: v for k, v in django_parameters.items() if k not in NOT_FOR_LIBPQ},
            min_size=1,
            max_size=options["pool_size"],
            check=ConnectionPool.check_connection,
            timeout=options.get("pool_timeout", 10.0),
            name="pgmq",
            open=True,
        )
        return PGMQueue(
            conn_string=None,
            pool=pool,
            vt=options["visibility_timeout"],
            pool_size=options["pool_size"],
            init_extension=False,
        )

    def close_connection(self, connection: Any) -> None:
        """Close the channels, then the pool, which PGMQ leaves open because it is ours."""
        pool = self._pgmq_client.pool if self._pgmq_client is not None else None
        super().close_connection(connection)
        if pool is not None:
            pool.close()
