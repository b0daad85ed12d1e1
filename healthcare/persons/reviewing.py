"""The support desk looks at a pair of records and says whether they are of one person.

The desk may see whose member somebody is and no health data, in `Scope.support()`; call these in
it. What it says is written with the system's privileges, because PostgreSQL lets the desk itself
write nothing. Opening a pair shows two names, so each one is recorded, and a day has so many.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models

from healthcare.accounts.models import User
from healthcare.audit.counting import times_done_by
from healthcare.audit.recording import record
from healthcare.hospitals.scope import Scope, ScopeMissing, acting_in, current
from healthcare.kernel.periods import local_date
from healthcare.patients.models import Patient
from healthcare.persons import merging
from healthcare.persons.models import Merge, Resemblance, ResemblanceState
from healthcare.subscribers.looking_up import contracts_of, masked_number
from healthcare.subscribers.models import Contract

DAY = timedelta(hours=24)
OPENED = "persons.pair_opened"


class PairsSpent(RuntimeError):
    """The desk has opened as many pairs in 24 hours as it may."""


@dataclass(frozen=True, slots=True)
class Record:
    """One of two records, as the desk sees it; of each number the last four digits."""

    person: Patient
    contracts: list[tuple[Contract, str]]


@dataclass(frozen=True, slots=True)
class Pair:
    """What stands on the page: the older record first, and what the desk may do.

    Attributes:
        in_the_way: why they cannot be joined, in a sentence; empty when they can.
        joined: the merge that stands.
    """

    resemblance: Resemblance
    earlier: Record
    later: Record
    in_the_way: str
    joined: Merge | None


def waiting() -> "models.QuerySet[Resemblance]":
    """Pairs to look at, the likeliest first. Nobody's name is asked."""
    return Resemblance.objects.filter(
        state=ResemblanceState.TO_REVIEW,
        earlier__replaced_by=None,
        later__replaced_by=None,
    ).order_by("-score", "pk")


def undecided_or_joined() -> "models.QuerySet[Resemblance]":
    """Pairs that can still be opened. Of two persons nobody is asked again."""
    return Resemblance.objects.exclude(state=ResemblanceState.NOT_THE_SAME)


def joined() -> "models.QuerySet[Merge]":
    """Merges that stand, the latest first."""
    return Merge.objects.filter(undone_at=None)


def open_pair(*, resemblance_id: int, now: datetime, by: User) -> Pair:
    """A pair with its names. Both people's logs say that it was opened, and by whom.

    Raises:
        PairsSpent: as many were opened in 24 hours as `LOOK_UPS_A_DAY` says.
        Resemblance.DoesNotExist: there is none, or it was said to be of two persons.
    """
    pair = undecided_or_joined().select_related("earlier", "later").get(pk=resemblance_id)
    # Two records a pair, one entry in the log of each.
    if times_done_by(by.actor, actions=[OPENED], since=now - DAY) >= 2 * settings.LOOK_UPS_A_DAY:
        raise PairsSpent
    for person in (pair.earlier_id, pair.later_id):
        record(
            action=OPENED,
            subject_type="resemblance",
            subject_id=pair.pk,
            patient_id=person,
            at=now,
            by=by.actor,
        )
    with _writing():
        in_the_way = merging.in_the_way(pair)
    return Pair(
        resemblance=pair,
        earlier=_record(pair.earlier, now),
        later=_record(pair.later, now),
        in_the_way=in_the_way if pair.state == ResemblanceState.TO_REVIEW else "",
        joined=joined().filter(resemblance=pair).first(),
    )


def say_same(*, resemblance_id: int, reason: str, now: datetime, by: User) -> Merge:
    """The two records are of one person: join them. Raises what `merging.merge` does."""
    with _writing():
        return merging.merge(resemblance_id=resemblance_id, reason=reason, now=now, by=by.actor)


def say_different(*, resemblance_id: int, now: datetime, by: User) -> None:
    """They are two persons. Raises what `merging.not_the_same` does."""
    with _writing():
        merging.not_the_same(resemblance_id=resemblance_id, now=now, by=by.actor)


def take_apart(*, merge_id: int, reason: str, now: datetime, by: User) -> Merge:
    """Undo a merge. Raises what `merging.unmerge` does."""
    with _writing():
        return merging.unmerge(merge_id=merge_id, reason=reason, now=now, by=by.actor)


def _record(person: Patient, now: datetime) -> Record:
    today: date = local_date(now, ZoneInfo(person.timezone))
    return Record(
        person, [(contract, masked_number(contract, on=today)) for contract in contracts_of(person)]
    )


@contextmanager
def _writing() -> Iterator[None]:
    """The system's privileges, for who stands at the desk."""
    if current().kind != "support":
        raise ScopeMissing("Whether two records are of one person is said at the support desk.")
    with acting_in(Scope.system("two records of one person, decided at the support desk")):
        yield
