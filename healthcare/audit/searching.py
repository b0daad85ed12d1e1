"""Search in what people did and what they saw: two tables read as one list, newest first.

Call it inside `acting_in(Scope.audit())`. It reads no people's data and gives none.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from heapq import merge
from itertools import islice
from typing import Any, Literal, Self

from django.db.models import Q, QuerySet

from healthcare.audit.actors import Actor
from healthcare.audit.models import AccessEvent, AuditRecord

Source = Literal["did", "saw"]
SOURCES: tuple[Source, ...] = ("did", "saw")
MOST = 500


class BadCursor(ValueError):
    """A cursor that no answer gave."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; what is None is not asked. Times are [since, until).

    Args:
        actor: who did it or saw it; by kind and id, or by name where there is no id.
        action: how the action or the page begins, for example `reports.` or `clinic.patient`.
    """

    actor: Actor | None = None
    patient_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    action: str = ""
    sources: tuple[Source, ...] = SOURCES


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log, from either table."""

    at: datetime
    source: Source
    id: int
    actor: Actor
    what: str
    patient_id: int | None
    subject: str = ""
    why: str = ""
    hospital_id: int | None = None
    address: str | None = None
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> "Place":
        """Where it stands in the list."""
        return Place(self.at, self.source, self.id)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the list. Its text holds a time and a key, nothing about a person."""

    at: datetime
    source: Source
    id: int

    @property
    def order(self) -> tuple[float, int, int]:
        """Sorts newest first; of the same moment what was done, then what was seen."""
        return (-self.at.timestamp(), SOURCES.index(self.source), -self.id)

    def __str__(self) -> str:
        return f"{self.at.astimezone(UTC).isoformat()}~{self.source}~{self.id}"

    @classmethod
    def read(cls, text: str) -> Self:
        """The place that `str` wrote. Raises BadCursor."""
        try:
            at, source, id_ = text.split("~")
            found = cls(datetime.fromisoformat(at), SOURCES[SOURCES.index(source)], int(id_))
        except ValueError as error:
            raise BadCursor("This is no cursor: leave it out to begin at the newest.") from error
        if found.at.tzinfo is None:
            raise BadCursor("The cursor's time has no offset: take it from an answer's `next`.")
        return found


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the list, and where the next one begins; None at the end."""

    entries: list[Entry]
    next: Place | None


def search(question: Question, *, after: Place | None = None, limit: int = 50) -> Found:
    """The newest `limit` (up to 500) entries after a place that answer the question."""
    wanted = min(limit, MOST)
    lists = [
        _did(question, after, wanted + 1) if source == "did" else _saw(question, after, wanted + 1)
        for source in question.sources
    ]
    found = list(islice(merge(*lists, key=lambda e: e.place.order), wanted + 1))
    entries = found[:wanted]
    return Found(entries, entries[-1].place if len(found) > wanted else None)


def _did(question: Question, after: Place | None, limit: int) -> Iterator[Entry]:
    rows = AuditRecord.objects.filter(_asked(question, "action"), _later("did", after))
    for row in _newest(rows, limit):
        yield Entry(
            at=row.at,
            source="did",
            id=row.pk,
            actor=_actor(row),
            what=row.action,
            patient_id=row.patient_id,
            subject=f"{row.subject_type} {row.subject_id}".strip(),
            details=row.details,
        )


def _saw(question: Question, after: Place | None, limit: int) -> Iterator[Entry]:
    rows = AccessEvent.objects.filter(_asked(question, "what"), _later("saw", after))
    for row in _newest(rows, limit):
        yield Entry(
            at=row.at,
            source="saw",
            id=row.pk,
            actor=_actor(row),
            what=row.what,
            patient_id=row.patient_id,
            why=row.why,
            hospital_id=row.hospital_id,
            address=row.address,
        )


def _newest(rows: QuerySet[Any], limit: int) -> QuerySet[Any]:
    return rows.order_by("-at", "-id")[:limit]


def _actor(row: Any) -> Actor:
    return Actor(row.actor_kind, id=row.actor_id, name=row.actor_name)


def _asked(question: Question, action: str) -> Q:
    asked = Q()
    if (actor := question.actor) is not None:
        asked &= Q(actor_id=actor.id)
        asked &= Q(actor_kind=actor.kind) if actor.id else Q(actor_name=actor.name)
    if question.patient_id is not None:
        asked &= Q(patient_id=question.patient_id)
    if question.since is not None:
        asked &= Q(at__gte=question.since)
    if question.until is not None:
        asked &= Q(at__lt=question.until)
    if question.action:
        asked &= Q(**{f"{action}__startswith": question.action})
    return asked


def _later(source: Source, after: Place | None) -> Q:
    """What of one table stands after a place."""
    if after is None:
        return Q()
    same = Q(at=after.at)
    if source == after.source:
        same &= Q(id__lt=after.id)
    elif SOURCES.index(source) < SOURCES.index(after.source):
        return Q(at__lt=after.at)
    return Q(at__lt=after.at) | same
