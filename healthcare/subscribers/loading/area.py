"""Where the checked rows of one file wait for their approval and their load: a schema of its own.

`staging_<batch>` holds, from the proposal until the file is done:

    incoming  line and one column a column of the layout     every row that could be read
    settled  line, outcome, field, code, text     duplicates, and rows that differ within the file
    together  line     rows that are settled in one go, because their numbers or ids meet others
    held  line, field, code, text     rows that the load holds
    proposed, loaded  line, outcome     what would become, and what became, of every row

Its names are nobody's business but the loader's: the role `batch` alone may look in, and the schema
goes, with everything in it, when the file is done, cancelled or refused.
"""

from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True, slots=True)
class Area:
    """The schema of one batch."""

    batch_id: int

    @property
    def name(self) -> str:
        """The schema's name; made of a number, so it is safe in a statement."""
        return f"staging_{int(self.batch_id)}"

    def make(self) -> None:
        """An empty schema. One of an earlier try that was killed is taken out first."""
        self.drop()
        self._call("subscribers_open_staging")

    def drop(self) -> None:
        """Take everything out; nothing happens when there is nothing."""
        self._call("subscribers_drop_staging")

    def _call(self, function: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [self.batch_id])
