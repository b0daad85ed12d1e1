"""A body of readings in one transaction, with the tries that it may take: what every door calls."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol, TypeVar

from django.db import OperationalError, ProgrammingError
from django.utils import timezone

from devices import authenticating, ingest
from devices.authenticating import Credential, Stale
from devices.ingesting import partitions
from devices.ingesting.results import Result
from devices.wire.batch import Batch
from healthcare.hospitals.scope import Scope, acting_in

T = TypeVar("T")
ATTEMPTS = 3
# Two transactions met; the loser only has to try again.
DEADLOCK, SERIALIZATION = "40P01", "40001"
UNDEFINED_TABLE = "42P01"
NOTHING_STORED = "One entry cannot be taken, and these stand or fall together: nothing was stored."


class NothingStored(Exception):
    """Items that stand or fall together, one of which was rejected; `results` say which."""

    def __init__(self, results: list[Result]) -> None:
        super().__init__(NOTHING_STORED)
        self.results = results


def receive(batch: Batch, *, credential: Credential, token: str) -> list[Result] | None:
    """Take in a body in one transaction; it has committed when this returns.

    None: the token is no longer good. Raises NothingStored for an atomic batch with a rejected
    item, and the driver's errors as Django's.
    """

    def once(credential: Credential, now: datetime) -> list[Result]:
        with acting_in(Scope.ingest()):
            results = ingest.take_in(batch, credential=credential, received_at=now)
            if batch.atomic and any(result.status == "rejected" for result in results):
                raise NothingStored(results)
            authenticating.confirm(credential, at=now)
        return results

    return _trying(once, credential, token)


class Parts(Protocol):
    """A body in parts, and the answer to it."""

    def batches(self) -> Iterable[Batch]:
        """Its parts from the first on; asked for once a try."""

    def begin(self) -> None:
        """A try begins: what was added does not count."""

    def add(self, results: list[Result]) -> None:
        """The results of the next part."""


def receive_parts(parts: Parts, *, credential: Credential, token: str) -> bool:
    """The same for a body that is never in memory as a whole: its parts in one transaction.
    False: the token is no longer good."""

    def once(credential: Credential, now: datetime) -> bool:
        parts.begin()
        with acting_in(Scope.ingest()):
            for batch in parts.batches():
                parts.add(ingest.take_in(batch, credential=credential, received_at=now))
            authenticating.confirm(credential, at=now)
        return True

    return _trying(once, credential, token) is not None


def _trying(
    once: Callable[[Credential, datetime], T], credential: Credential, token: str
) -> T | None:
    """What one try returns, as often as it may take; None when the token is no longer good."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            # The time is read again each time: receiving the body may have taken long.
            return once(credential, timezone.now())
        except Stale:
            found = authenticating.find(token, at=timezone.now())
            if found is None:
                return None
            credential = found
            if attempt == ATTEMPTS:
                raise OperationalError("This device's keys or holders keep changing.") from None
        except OperationalError as error:
            state = getattr(error.__cause__, "sqlstate", None)
            if state not in (DEADLOCK, SERIALIZATION) or attempt == ATTEMPTS:
                raise
        except ProgrammingError as error:
            # A partition that this process knew is gone; the database says which there are.
            if getattr(error.__cause__, "sqlstate", None) != UNDEFINED_TABLE or attempt == ATTEMPTS:
                raise
            partitions.forget()
    raise AssertionError("the last attempt returns or raises")
