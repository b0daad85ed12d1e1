"""The two things audit does: note a change, note a view."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from healthcare.audit.actors import Actor
from healthcare.audit.models import AccessEvent, AuditRecord

R = TypeVar("R", AuditRecord, AccessEvent)
Detail = str | int | bool | None | list[str] | dict[str, int]


def record(
    *,
    action: str,
    subject_type: str,
    subject_id: object = "",
    patient_id: int | None = None,
    details: dict[str, Detail] | None = None,
    at: datetime,
    by: Actor,
) -> None:
    """Note that `by` did `action`. Call it inside the transaction of the change."""
    written = AuditRecord(
        at=at,
        actor_kind=by.kind,
        actor_id=by.id,
        actor_name=by.name,
        action=action,
        subject_type=subject_type,
        subject_id=str(subject_id),
        patient_id=patient_id,
        details=details or {},
    )
    _append(AuditRecord, [written])


def seen(
    *,
    patient_ids: Iterable[int],
    what: str,
    why: str,
    hospital_id: int | None = None,
    address: str | None = None,
    at: datetime,
    by: Actor,
) -> int:
    """Note that `by` saw health data of these people; one row a person. Returns their number."""
    events = [
        AccessEvent(
            at=at,
            actor_kind=by.kind,
            actor_id=by.id,
            actor_name=by.name,
            patient_id=patient_id,
            what=what,
            why=why,
            hospital_id=hospital_id,
            address=address,
        )
        for patient_id in patient_ids
    ]
    _append(AccessEvent, events)
    return len(events)


def _append(model: type[R], rows: Sequence[R]) -> None:
    """Insert without asking for the new keys: who writes a record may not be one who reads it, and
    PostgreSQL shows a row that it returns only to those who may."""
    model.objects.bulk_create(rows, ignore_conflicts=True)
