"""What a sender of readings may send in a while, at every door where readings come in live.

Posts are counted before a body is read, items once it is. Counted by credential, known or not, in
this process alone: no database is asked, and of N processes each allows as much
(docs/running.md#rate-limits). Archives are not counted: a person brings them.
"""

import time
from collections.abc import Hashable
from functools import cache
from typing import Literal

from django.conf import settings

from devices.pacing import SECOND, Pacer, Rate
from healthcare.accounts.credentials import token_hash

Sender = Literal["device", "gateway", "member"]

# Two for each sender: less than 100,000 entries, some 25 MB if ever all are in use.
SIZE = 48_000
_SENDERS: dict[str, Sender] = {"mmd_": "device", "mmg_": "gateway", "mma_": "member"}
_posts, _items = Pacer(size=SIZE), Pacer(size=SIZE)


class TooFast(Exception):
    """More than the sender may send now: nothing was stored. `retry_after`: whole seconds, after
    which the same is taken, unless the sender sends other things meanwhile."""

    def __init__(self, what: str, rate: Rate, wait: int) -> None:
        self.retry_after = -(-wait // SECOND)
        per_minute = 60 * SECOND // rate.interval
        super().__init__(
            f"Too many {what}: {rate.burst} at once, then {per_minute} a minute. Nothing was"
            f" stored; send it again in {self.retry_after} s."
        )


class Allowance:
    """What one body takes of its sender's allowance: a post, and later its items, each once."""

    __slots__ = ("_counted", "_key", "_posts", "_sender")

    def __init__(self, key: Hashable, sender: Sender) -> None:
        self._key, self._sender = key, sender
        self._counted = self._posts = 0

    def take_post(self) -> None:
        """Count the body, before it is read. Raises TooFast."""
        rate = self._rate("posts")
        wait = _posts.take(self._key, rate, at=time.monotonic_ns())
        if wait:
            raise TooFast("posts", rate, wait)
        self._posts = 1

    def take_items(self, count: int) -> None:
        """Count what is in the body, before it is stored. Raises TooFast."""
        if not count:
            return
        rate, now = self._rate("items"), time.monotonic_ns()
        wait = _items.take(self._key, rate, count, at=now)
        if wait:
            posts = _posts.wait(self._key, self._rate("posts"), at=now)
            raise TooFast("readings", rate, max(wait, posts))
        self._counted = count

    def give_back_items(self) -> None:
        """They could not be stored by no fault of the sender's, who sends them again."""
        _items.give_back(self._key, self._rate("items"), self._counted)
        self._counted = 0

    def give_back(self) -> None:
        """Post and items count for nothing: they are taken anew where the body goes on to."""
        _posts.give_back(self._key, self._rate("posts"), self._posts)
        self._posts = 0
        self.give_back_items()

    def _rate(self, what: Literal["posts", "items"]) -> Rate:
        return _rate(*settings.READING_RATES[self._sender, what])


@cache
def _rate(burst: int, per_minute: int) -> Rate:
    return Rate.a_minute(burst, per_minute)


def of_token(token: str) -> Allowance:
    """The allowance of whoever shows that token."""
    return Allowance(token_hash(token), _SENDERS.get(token[:4], "device"))


def of_session(session_id: int) -> Allowance:
    """The allowance of a member who is signed in in that session."""
    return Allowance(session_id, "member")


def forget() -> None:
    """Everybody may begin anew: as in a process that just started."""
    _posts.clear()
    _items.clear()
