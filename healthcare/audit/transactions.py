"""The database's own name for the transaction in force: what joins a change to its audit record."""

from django.db import models


class CurrentTransaction(models.Func):
    """The transaction that writes the row, as PostgreSQL numbers them.

    Numbers begin anew when a dump is restored on another server. Together with the time at which
    the transaction began they do not repeat.
    """

    template = "pg_current_xact_id()::text::bigint"
    output_field = models.BigIntegerField()
