"""Whose data a transaction may touch: one seam, failing closed.

`acting_in(scope)` opens the transaction and sets the scope, for Python and for PostgreSQL
together. That makes two walls: models that hold people's data have a `ScopedManager`, whose queries
raise `ScopeMissing` outside a scope, and their tables stand under row-level security
(`healthcare.walls`), where a transaction without a scope finds nothing. Each asks by itself; both
believe the scope that a door set, and `patients_reach` of whom a hospital cares for with consent.
A scope that does not cover a row makes it absent, not forbidden: foreign and absent look the same.

The scope is a value, so this module needs to know nothing about patients: managers name the path
from their model to the patient, and PostgreSQL's relations do the rest.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Self, TypeVar, cast
from weakref import WeakKeyDictionary

from django.apps import apps
from django.db import connection, models, transaction

from healthcare.walls.roles import DatabaseRole

ScopeKind = Literal[
    "nobody",
    "people",
    "family",
    "hospital",
    "operator",
    "support",
    "ingest",
    "audit",
    "system",
]


class ScopeMissing(RuntimeError):
    """People's data was asked for outside `acting_in(scope)`."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose data may be touched, and since when counted. Make one with the functions below."""

    kind: ScopeKind
    now: datetime | None = None
    patient_ids: frozenset[int] = frozenset()
    hospital_id: int | None = None
    operator_id: int | None = None
    user_id: int | None = None
    reason: str = ""

    @classmethod
    def nobody(cls) -> Self:
        """Sees nothing."""
        return cls("nobody")

    @classmethod
    def people(cls, patient_ids: frozenset[int]) -> Self:
        """Just these people: a member on their own pages, a device that posts."""
        return cls("people", patient_ids=patient_ids)

    @classmethod
    def hospital(cls, hospital_id: int, *, now: datetime) -> Self:
        """Patients in this hospital's care now who consent to care."""
        return cls("hospital", now=now, hospital_id=hospital_id)

    @classmethod
    def opened(cls, hospital_id: int, *, user_id: int, now: datetime) -> Self:
        """The people whom this clinician of the hospital opened by break-glass, while it lasts.
        Only doors that read use it; those that write have the scope of the hospital alone."""
        return cls("hospital", now=now, hospital_id=hospital_id, user_id=user_id)

    @classmethod
    def family(cls, user_id: int, *, now: datetime) -> Self:
        """Readings of those who let this person watch along and consent to care; nothing else."""
        return cls("family", now=now, user_id=user_id)

    @classmethod
    def support(cls) -> Self:
        """Everybody's membership, for the support desk's exact look-ups; no health data."""
        return cls("support")

    @classmethod
    def operator(cls, operator_id: int) -> Self:
        """Membership data of this operator's subscribers; no health data."""
        return cls("operator", operator_id=operator_id)

    @classmethod
    def ingest(cls) -> Self:
        """What taking readings in needs: devices, their holders, keys of what is stored. The
        database gives this scope no names and no values."""
        return cls("ingest")

    @classmethod
    def audit(cls) -> Self:
        """The audit log, and nobody's data: platform administrators who search it."""
        return cls("audit")

    @classmethod
    def system(cls, reason: str) -> Self:
        """Everybody. For imports, billing, report building and commands only; say why."""
        return cls("system", reason=reason)

    @property
    def database_role(self) -> DatabaseRole:
        """As whom the database sees this scope."""
        match self.kind:
            case "system":
                return DatabaseRole.BATCH
            case "ingest":
                return DatabaseRole.INGEST
            case _:
                return DatabaseRole.APP

    def settings(self) -> dict[str, str]:
        """What the database is told, by the name of its setting; read by `walls.kind()` and the
        like. Empty says: nobody."""
        return {
            "role": self.database_role.value,
            "mimamori.scope": self.kind,
            "mimamori.people": ",".join(str(i) for i in sorted(self.patient_ids)),
            "mimamori.hospital": str(self.hospital_id or ""),
            "mimamori.operator": str(self.operator_id or ""),
            "mimamori.person": str(self.user_id or ""),
            "mimamori.moment": self.now.isoformat() if self.now else "",
        }


T = TypeVar("T")
# What the open connections were told by `settle`.
_settled: WeakKeyDictionary[Any, Scope] = WeakKeyDictionary()
_current: ContextVar[Scope | None] = ContextVar("scope", default=None)


def current() -> Scope:
    """The scope in force. Raises `ScopeMissing` outside `acting_in`."""
    scope = _current.get()
    if scope is None:
        raise ScopeMissing(
            "People's data is only reachable inside `with acting_in(scope):`. "
            "Doors get theirs from healthcare.patients.access.scope_for(user, now=...)."
        )
    return scope


@contextmanager
def acting_in(scope: Scope, *, savepoint: bool = True) -> Iterator[Scope]:
    """Open a transaction in which `scope` decides whose data exists, and as whom.

    Nested use narrows or widens only for its own block, as a savepoint; without one
    (`savepoint=False`) an error in the block undoes the whole transaction.
    """
    token = _current.set(scope)
    nested = connection.in_atomic_block
    try:
        with transaction.atomic(savepoint=savepoint):
            # The end of the transaction restores the settings, and so does an error; the success
            # of a block inside a transaction does not.
            if nested:
                before = _exchange(scope.settings())
                yield scope
                _tell_database(before, until="commit")
            else:
                _tell_database(scope.settings(), until="commit")
                yield scope
    finally:
        _current.reset(token)


def settle(scope: Scope) -> None:
    """Tell the database once, for as long as this thread's connection lasts, what `acting_in` tells
    it for each transaction. For a thread that does one thing, by statements of its own: models
    still ask for `acting_in`. Call it before each statement: a connection that knows costs nothing.
    """
    connection.ensure_connection()
    if _settled.get(connection.connection) != scope:
        _tell_database(scope.settings(), until="close")
        _settled[connection.connection] = scope


def streamed(scope: Scope, pieces: Callable[[], Iterable[T]]) -> Iterator[T]:
    """What `pieces` yields, in a scope that stands until the last is sent: an answer that streams
    is written after its view has returned."""
    with acting_in(scope):
        yield from pieces()


def _exchange(settings: dict[str, str]) -> dict[str, str]:
    """Set these for the rest of the transaction; returns what they were. One statement, one way to
    the server and back: PostgreSQL computes the columns of a row in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, coalesce(current_setting(name, true), ''), set_config(name, value, true)"
            " FROM unnest(%s::text[], %s::text[]) AS given (name, value)",
            [list(settings), list(settings.values())],
        )
        return {name: before for name, before, _ in cursor.fetchall()}


def _tell_database(settings: dict[str, str], *, until: Literal["commit", "close"]) -> None:
    """Set these for the rest of the transaction, or of the connection."""
    write = ", ".join(["set_config(%s, %s, %s)"] * len(settings))
    given = [part for setting in settings.items() for part in (*setting, until == "commit")]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {write}", given)


M = TypeVar("M", bound=models.Model)


def _reached(scope: Scope, patient: str) -> models.Exists:
    """Cared for by the scope's hospital, with consent, at its moment. Not a join: what the
    person's own row says is nobody's question here, and rows are not doubled."""
    reach: Any = apps.get_model("patients", "Reach")
    return models.Exists(
        reach._base_manager.filter(
            patient_id=models.OuterRef(patient),
            hospital_id=scope.hospital_id,
            since__lte=scope.now,
            until__gt=scope.now,
        )
    )


class ScopedQuerySet(models.QuerySet[M, M]):
    """A query set that was narrowed to the scope when it was made."""


class ScopedManager(models.Manager[M]):
    """Manager of a model that holds people's data.

    Args:
        patient: lookup path from the model to `patients.Patient`, empty on Patient itself, None
            for an operator's rows that are about no single person.
        health: True for what was measured or concluded; operators and the support desk
            never see those rows.
        operator: lookup path to the operator whose row it is, for rows of membership and money:
            one operator's staff sees nothing of what a subscriber has with another.
        hospital: lookup path to the hospital whose row it is, when no other may see it either.
        clinic: False for what is between a member and their operator.
        opens: kinds of scope that see the model although they would not by `health`.
    """

    def __init__(
        self,
        patient: str | None = "patient",
        *,
        health: bool = True,
        operator: str = "",
        hospital: str = "",
        clinic: bool = True,
        opens: tuple[ScopeKind, ...] = (),
    ) -> None:
        super().__init__()
        self.patient = patient
        self.health = health
        self.operator = operator
        self.hospital = hospital
        self.clinic = clinic and patient is not None
        self.opens = opens

    def get_queryset(self) -> ScopedQuerySet[M]:
        scope = current()
        rows = cast("ScopedQuerySet[M]", ScopedQuerySet(self.model, using=self._db))
        # Django makes the manager behind `alert.notes` anew, without our arguments: the path is
        # the one that the model declared.
        declared = cast("ScopedManager[M]", self.model._default_manager)
        prefix = f"{declared.patient}__" if declared.patient else ""
        match scope.kind:
            case "system" | "ingest":
                return rows
            case "people" if declared.patient is not None:
                return rows.filter(**{f"{prefix}id__in": scope.patient_ids})
            case "hospital" if declared.clinic:
                own = {declared.hospital: scope.hospital_id} if declared.hospital else {}
                if scope.user_id is not None:
                    return rows.filter(
                        **own,
                        **{
                            f"{prefix}breakglass__user_id": scope.user_id,
                            f"{prefix}breakglass__hospital_id": scope.hospital_id,
                            f"{prefix}breakglass__period__contains": scope.now,
                        },
                    )
                return rows.filter(_reached(scope, declared.patient or "pk"), **own)
            case "family" if "family" in declared.opens:
                return rows.filter(
                    **{
                        f"{prefix}watchers__user_id": scope.user_id,
                        f"{prefix}watchers__period__contains": scope.now,
                        f"{prefix}consents__purpose": "care",
                        f"{prefix}consents__period__contains": scope.now,
                    }
                )
            case "support" if declared.patient is not None and (
                not declared.health or "support" in declared.opens
            ):
                return rows
            case "operator" if declared.operator:
                return rows.filter(**{declared.operator: scope.operator_id})
            case "operator" if not declared.health:
                return rows.filter(
                    **{f"{prefix}contracts__operator_id": scope.operator_id}
                ).distinct()
            case _:
                return rows.none()
