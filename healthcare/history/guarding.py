"""The second wall around the history of a table: append-only, and read as the table itself."""

from django.db.migrations import RunSQL
from django.db.migrations.operations.base import Operation

from healthcare.walls.guarding import Guard


def guard_history(table: str, *, to: str = "") -> list[Operation]:
    """The operations that guard the history of `table`; put them after its model and triggers.

    Args:
        table: the tracked table, for example "patients_consent".
        to: what the tracked table's own guard says. A row of the history has all its columns, so
            the same words cover it. Empty: the application reads nothing of it, commands do.
    """
    history = f"{table}history"
    return [
        Guard(
            history,
            to=to or "false",
            writes="true",  # the trigger writes as whoever changed the row
            app="SELECT, INSERT" if to else "INSERT",
            batch="SELECT, INSERT",
        ),
        # A migration may change rows of an unguarded table as the owner, who has to leave a record
        # like everybody. Who may insert at all is said by the grants above.
        RunSQL(
            f"CREATE POLICY recorded ON {history} FOR INSERT WITH CHECK (true)",
            f"DROP POLICY recorded ON {history}",
        ),
    ]
