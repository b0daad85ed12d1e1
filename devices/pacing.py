"""How fast one sender may go: an allowance that refills, kept in the process's memory.

A bucket of `burst` tokens is refilled one each `interval`. All that is remembered of it is the
moment at which it will be full again, so a full bucket and one never seen are the same and the
former can be forgotten. Whole nanoseconds of a clock that the caller brings: who waits as long as
they were told gets through, without rounding.
"""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from threading import Lock

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
# So many that are full again are forgotten with each new one: more than are added.
FORGOTTEN = 2


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` at once, then one each `interval` nanoseconds."""

    burst: int
    interval: int

    @classmethod
    def a_minute(cls, burst: int, refilled: int) -> "Rate":
        """`burst` at once, then not more than `refilled` a minute."""
        return cls(burst, -(-MINUTE // refilled))


class Pacer:
    """A bucket for each key, for at most `size` keys: the one that asked longest ago goes first,
    and is full when it comes again. Safe between threads."""

    def __init__(self, *, size: int) -> None:
        self._size = size
        self._full_at: OrderedDict[Hashable, int] = OrderedDict()
        self._lock = Lock()

    def take(self, key: Hashable, rate: Rate, count: int = 1, *, at: int) -> int:
        """Take `count` tokens at once, 0 when they were taken; else nothing is, and so many
        nanoseconds later they could be. `count` is at most the burst.

        A clock that was set back (`at` before an earlier one) and a burst that was lowered cost
        at most what is in the bucket.
        """
        if count > rate.burst:
            raise ValueError(f"{count} tokens will never be in a bucket of {rate.burst}.")
        room = rate.burst * rate.interval
        with self._lock:
            known = self._full_at.get(key)
            full_at = _standing(known, at, room)
            after = full_at + count * rate.interval
            wait = after - room - at
            self._full_at[key] = full_at if wait > 0 else after
            if known is None:
                self._forget(at)
            else:
                self._full_at.move_to_end(key)
        return wait if wait > 0 else 0

    def wait(self, key: Hashable, rate: Rate, *, at: int) -> int:
        """So many nanoseconds until one token is there; takes nothing."""
        room = rate.burst * rate.interval
        with self._lock:
            full_at = _standing(self._full_at.get(key), at, room)
        return max(full_at + rate.interval - room - at, 0)

    def give_back(self, key: Hashable, rate: Rate, count: int) -> None:
        """Put back what was taken for nothing."""
        with self._lock:
            if key in self._full_at:
                self._full_at[key] -= count * rate.interval

    def clear(self) -> None:
        """Every bucket is full: as in a process that just started."""
        with self._lock:
            self._full_at.clear()

    def __len__(self) -> int:
        return len(self._full_at)

    def _forget(self, at: int) -> None:
        # What was taken just now is neither full nor the first of several.
        for _ in range(FORGOTTEN):
            key, full_at = next(iter(self._full_at.items()))
            if full_at > at and len(self._full_at) <= self._size:
                return
            del self._full_at[key]


def _standing(known: int | None, at: int, room: int) -> int:
    """When the bucket is full; neither in the past nor further away than an empty one."""
    if known is None or known <= at:
        return at
    return known if known <= at + room else at + room
