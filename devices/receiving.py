"""A body of readings in one transaction, with the tries that it may take: what every door calls."""

from datetime import datetime

from django.db import OperationalError, ProgrammingError
from django.utils import timezone

from devices import authenticating, ingest
from devices.authenticating import Credential, Stale
from devices.ingesting import partitions
from devices.ingesting.results import Result
from devices.wire.batch import Batch
from healthcare.hospitals.scope import Scope, acting_in

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
    for attempt in range(1, ATTEMPTS + 1):
        # Read again each time: receiving the body may have taken long.
        now = timezone.now()
        try:
            return _once(batch, credential, now)
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


def _once(batch: Batch, credential: Credential, now: datetime) -> list[Result]:
    with acting_in(Scope.ingest()):
        results = ingest.take_in(batch, credential=credential, received_at=now)
        if batch.atomic and any(result.status == "rejected" for result in results):
            raise NothingStored(results)
        authenticating.confirm(credential, at=now)
    return results
