"""What people do with alerts: acknowledge, snooze, assign, resolve, each with a note."""

from datetime import datetime

from django.db import transaction

from healthcare.accounts.models import User
from healthcare.audit.recording import record
from reports.models import Alert, AlertNote, AlertState
from reports.monitoring.placing import place_now


class AlertIsResolved(ValueError):
    """A resolved alert does not change; new evidence opens a new one."""


def _change(alert_id: int, state: AlertState, note: str, now: datetime, by: User) -> Alert:
    # The scope decides whether the alert exists for this person: foreign is absent.
    alert = Alert.objects.select_for_update(of=("self",)).get(pk=alert_id)
    if alert.state == AlertState.RESOLVED:
        raise AlertIsResolved("This alert is resolved already; new readings open a new one.")
    alert.state = state
    alert.changed_at = now
    AlertNote.objects.create(alert=alert, at=now, author=by, state=state, text=note)
    record(
        action=f"reports.alert_{state.value}",
        subject_type="alert",
        subject_id=alert.pk,
        patient_id=alert.patient_id,
        at=now,
        by=by.actor,
    )
    return alert


@transaction.atomic
def acknowledge(*, alert_id: int, note: str = "", now: datetime, by: User) -> Alert:
    """Say: I have seen it and deal with it. Raises `Alert.DoesNotExist`, `AlertIsResolved`."""
    alert = _change(alert_id, AlertState.ACKNOWLEDGED, note, now, by)
    alert.assignee = alert.assignee or by
    alert.snoozed_until = None
    alert.save(update_fields=["state", "changed_at", "assignee", "snoozed_until"])
    place_now(alert.patient_id, now=now)
    return alert


@transaction.atomic
def snooze(*, alert_id: int, until: datetime, note: str = "", now: datetime, by: User) -> Alert:
    """Put it aside until a time; new evidence brings it back earlier.

    Raises ValueError when `until` is not in the future.
    """
    if until <= now:
        raise ValueError("An alert is snoozed until a time in the future.")
    alert = _change(alert_id, AlertState.SNOOZED, note, now, by)
    alert.snoozed_until = until
    alert.save(update_fields=["state", "changed_at", "snoozed_until"])
    place_now(alert.patient_id, now=now)
    return alert


@transaction.atomic
def assign(*, alert_id: int, assignee: User, note: str = "", now: datetime, by: User) -> Alert:
    """Hand it to a colleague; its state stays. Raises as `acknowledge`."""
    state = AlertState(Alert.objects.values_list("state", flat=True).get(pk=alert_id))
    alert = _change(alert_id, state, note, now, by)
    alert.assignee = assignee
    alert.save(update_fields=["changed_at", "assignee"])
    return alert


@transaction.atomic
def resolve(*, alert_id: int, note: str, now: datetime, by: User) -> Alert:
    """Close it with a word on what was done. Raises ValueError without a note."""
    if not note.strip():
        raise ValueError("Say in a few words what was done before you resolve the alert.")
    alert = _change(alert_id, AlertState.RESOLVED, note, now, by)
    alert.snoozed_until = None
    alert.save(update_fields=["state", "changed_at", "snoozed_until"])
    place_now(alert.patient_id, now=now)
    return alert
