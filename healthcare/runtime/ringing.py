"""The one way to wake a worker.

The row that says what is to be done is committed first; the message only says "look now". So it
leaves after the commit, carries keys and nothing else, and a broker that is down costs time, not
work: a sweep rings again for every row that still waits.
"""

import logging
from typing import Any

from django.db import transaction

logger = logging.getLogger(__name__)


def ring(task: Any, *keys: int) -> None:
    """Ask a worker to run `task(*keys)` once the transaction in force, if any, has committed.

    Raises:
        TypeError: a key that is no whole number. Names, numbers and values stay in rows: messages
            lie in queues, and queues end up in logs.
    """
    if wrong := [type(key).__name__ for key in keys if type(key) is not int]:
        raise TypeError(f"{task.name}: a message carries ids only, not {', '.join(wrong)}.")

    def send() -> None:
        try:
            task.delay(*keys)
        except Exception:
            logger.exception("no message for %s: the sweep rings again", task.name)

    transaction.on_commit(send, robust=True)
