"""Where a running import says how far it is, for pages that look at it."""

import time
from types import TracebackType
from typing import Self

from django.db import connection
from django.utils import timezone

from healthcare.subscribers.loading.progress import Progress

EVERY_SECONDS = 0.5


class Noticeboard:
    """Writes progress through a connection of its own, outside the import's transaction.

    A batch that this connection cannot see yet has no progress to write, and gets none.
    """

    def __init__(self, batch_id: int) -> None:
        self._batch_id = batch_id
        self._connection = connection.copy()
        self._next = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def __call__(self, progress: Progress) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + EVERY_SECONDS
        with self._connection.cursor() as cursor:
            cursor.execute(
                "UPDATE subscribers_importprogress SET rows = %s, bytes = %s, at = %s"
                " WHERE batch_id = %s",
                [progress.rows, progress.bytes, timezone.now(), self._batch_id],
            )
