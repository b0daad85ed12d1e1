"""Opening alerts: one standing alert of a kind per patient, never twice for one evidence."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from reports.models import (
    Alert,
    AlertEvidence,
    AlertKind,
    AlertNote,
    AlertState,
    PatientState,
)
from reports.monitoring.placing import place_now

Reason = dict[str, int | float | str]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an alert rests on. `key` names it for ever: the same key never alerts again."""

    key: str
    measured_at: datetime | None = None
    values: list[int] = field(default_factory=list)


@transaction.atomic
def open_alert(
    *,
    patient_id: int,
    kind: AlertKind,
    evidence: Sequence[Evidence],
    reason: Reason,
    urgent: bool = False,
    now: datetime,
    by: Actor,
) -> Alert | None:
    """Open an alert, or let new evidence join the one that stands and re-open it.

    Returns None when all the evidence is known already.
    """
    # Readings of one person may arrive side by side; their alerts are decided one by one.
    PatientState.objects.get_or_create(patient_id=patient_id, defaults={"news_at": now})
    PatientState.objects.select_for_update(of=("self",)).get(patient_id=patient_id)
    known = set(
        AlertEvidence.objects.filter(
            patient_id=patient_id, kind=kind, key__in=[e.key for e in evidence]
        ).values_list("key", flat=True)
    )
    fresh = [e for e in evidence if e.key not in known]
    if not fresh:
        return None
    alert, created = _standing_or_new(patient_id, kind, reason, urgent, now)
    AlertEvidence.objects.bulk_create(
        AlertEvidence(
            alert=alert,
            patient_id=patient_id,
            kind=kind,
            key=e.key,
            measured_at=e.measured_at,
            values=e.values,
        )
        for e in fresh
    )
    place_now(patient_id, now=now)
    record(
        action="reports.alert_opened" if created else "reports.alert_renewed",
        subject_type="alert",
        subject_id=alert.pk,
        patient_id=patient_id,
        details={"kind": kind.value, "evidence": len(fresh)},
        at=now,
        by=by,
    )
    return alert


@transaction.atomic
def close_answered(*, patient_id: int, kind: AlertKind, now: datetime, by: Actor) -> int:
    """Resolve an alert whose question has answered itself: who was silent measures again.

    Only for questions that readings answer; what a person must judge stays open. Returns how many.
    """
    closed = 0
    for alert in Alert.objects.filter(patient_id=patient_id, kind=kind).exclude(
        state=AlertState.RESOLVED
    ):
        alert.state = AlertState.RESOLVED
        alert.changed_at = now
        alert.save(update_fields=["state", "changed_at"])
        AlertNote.objects.create(alert=alert, at=now, author=None, state=AlertState.RESOLVED)
        record(
            action="reports.alert_answered",
            subject_type="alert",
            subject_id=alert.pk,
            patient_id=patient_id,
            details={"kind": kind.value},
            at=now,
            by=by,
        )
        closed += 1
    return closed


def _standing_or_new(
    patient_id: int, kind: AlertKind, reason: Reason, urgent: bool, now: datetime
) -> tuple[Alert, bool]:
    standing = (
        Alert.objects.filter(patient_id=patient_id, kind=kind)
        .exclude(state=AlertState.RESOLVED)
        .first()
    )
    if standing is None:
        alert = Alert.objects.create(
            patient_id=patient_id,
            kind=kind,
            urgent=urgent,
            opened_at=now,
            changed_at=now,
            reason=reason,
        )
        return alert, True
    standing.state = AlertState.OPEN
    standing.snoozed_until = None
    standing.urgent = standing.urgent or urgent
    standing.reason = reason
    standing.changed_at = now
    standing.save(update_fields=["state", "snoozed_until", "urgent", "reason", "changed_at"])
    return standing, False
