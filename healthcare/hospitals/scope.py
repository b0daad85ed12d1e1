"""Whose data a transaction may touch: one seam, failing closed.

`acting_in(scope)` opens the transaction and sets the scope, for Python and for PostgreSQL
together. Models that hold people's data have a `ScopedManager`; outside a scope their queries
raise `ScopeMissing`. A scope that does not cover a row makes it absent, not forbidden: foreign and
absent look the same.

The scope is a value, so this module needs to know nothing about patients: managers name the path
from their model to the patient, and PostgreSQL's relations do the rest.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Self, TypeVar, cast

from django.db import connection, models, transaction

ScopeKind = Literal["nobody", "people", "hospital", "operator", "system"]


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
    def operator(cls, operator_id: int) -> Self:
        """Membership data of this operator's subscribers; no health data."""
        return cls("operator", operator_id=operator_id)

    @classmethod
    def system(cls, reason: str) -> Self:
        """Everybody. For imports, billing, report building and commands only; say why."""
        return cls("system", reason=reason)


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
def acting_in(scope: Scope) -> Iterator[Scope]:
    """Open a transaction in which `scope` decides whose data exists.

    Nested use narrows or widens only for its own block, as a savepoint.
    """
    token = _current.set(scope)
    nested = connection.in_atomic_block
    try:
        with transaction.atomic():
            before = _tell_database(scope)
            yield scope
            # The end of the transaction restores the settings, and so does an error; the success
            # of a block inside a transaction does not.
            if nested:
                _restore_database(before)
    finally:
        _current.reset(token)


_SETTINGS = ("mimamori.scope", "mimamori.scope_id")


def _tell_database(scope: Scope) -> tuple[str, str]:
    ids = scope.hospital_id or scope.operator_id or ""
    if scope.kind == "people":
        ids = ",".join(str(i) for i in sorted(scope.patient_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting(%s, true), current_setting(%s, true),"
            " set_config(%s, %s, true), set_config(%s, %s, true)",
            [*_SETTINGS, _SETTINGS[0], scope.kind, _SETTINGS[1], str(ids)],
        )
        row = cursor.fetchone()
    return (row[0] or "", row[1] or "")


def _restore_database(before: tuple[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config(%s, %s, true), set_config(%s, %s, true)",
            [_SETTINGS[0], before[0], _SETTINGS[1], before[1]],
        )


M = TypeVar("M", bound=models.Model)


class ScopedQuerySet(models.QuerySet[M, M]):
    """A query set that was narrowed to the scope when it was made."""


class ScopedManager(models.Manager[M]):
    """Manager of a model that holds people's data.

    Args:
        patient: lookup path from the model to `patients.Patient`, empty on Patient itself.
        health: True for what was measured or concluded; operators never see those rows.
    """

    def __init__(self, patient: str = "patient", *, health: bool = True) -> None:
        super().__init__()
        self.patient = patient
        self.health = health

    def get_queryset(self) -> ScopedQuerySet[M]:
        scope = current()
        rows = cast("ScopedQuerySet[M]", ScopedQuerySet(self.model, using=self._db))
        # Django makes the manager behind `alert.notes` anew, without our arguments: the path is
        # the one that the model declared.
        declared = cast("ScopedManager[M]", self.model._default_manager)
        prefix = f"{declared.patient}__" if declared.patient else ""
        match scope.kind:
            case "system":
                return rows
            case "people":
                return rows.filter(**{f"{prefix}id__in": scope.patient_ids})
            case "hospital":
                return rows.filter(
                    **{
                        f"{prefix}care_relationships__hospital_id": scope.hospital_id,
                        f"{prefix}care_relationships__period__contains": scope.now,
                        f"{prefix}consents__purpose": "care",
                        f"{prefix}consents__period__contains": scope.now,
                    }
                )
            case "operator" if not declared.health:
                return rows.filter(
                    **{f"{prefix}contracts__operator_id": scope.operator_id}
                ).distinct()
            case _:
                return rows.none()
