"""What one process remembers for a little while."""

from collections.abc import Hashable
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memory(Generic[K, V]):
    """Values by key, each for `lasting`, at most `size` of them: the oldest goes first.

    Safe between threads. It never says that a value is still true; who asks must find that out.
    """

    def __init__(self, *, lasting: timedelta, size: int) -> None:
        self._lasting = lasting
        self._size = size
        self._kept: dict[K, tuple[datetime, V]] = {}
        self._lock = Lock()

    def get(self, key: K, *, at: datetime) -> V | None:
        """The value, if it was kept before `at` and not too long ago."""
        kept = self._kept.get(key)
        if kept is None or not kept[0] <= at < kept[0] + self._lasting:
            return None
        return kept[1]

    def keep(self, key: K, value: V, *, at: datetime) -> None:
        with self._lock:
            self._kept.pop(key, None)
            if len(self._kept) >= self._size:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = (at, value)

    def forget(self, key: K) -> None:
        with self._lock:
            self._kept.pop(key, None)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
