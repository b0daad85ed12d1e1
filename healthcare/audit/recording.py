"""The two things audit does: note a change, note a view."""

from collections.abc import Iterable
from datetime import datetime

from healthcare.audit.actors import Actor
from healthcare.audit.models import AccessEvent, AuditRecord

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
) -> AuditRecord:
    """Note that `by` did `action`. Call it inside the transaction of the change."""
    return AuditRecord.objects.create(
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
    AccessEvent.objects.bulk_create(events)
    return len(events)
