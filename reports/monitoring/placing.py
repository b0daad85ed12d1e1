"""Which bucket of the worklist a patient stands in, and how serious that is."""

from datetime import datetime, timedelta

from reports.models import Alert, AlertKind, AlertState, Bucket, PatientState

# Readings older than this say nothing about how the person is now.
STALE_AFTER = timedelta(days=7)

SEVERITY = {
    Bucket.URGENT: 0,
    Bucket.WORSENING: 1,
    Bucket.ABOVE_GOAL: 2,
    Bucket.NO_DATA: 3,
    Bucket.STABLE: 4,
}
URGENT_KINDS = {AlertKind.CRISIS, AlertKind.SUSPECT, AlertKind.LOW}


def place(state: PatientState, *, now: datetime) -> None:
    """Set bucket and severity from the row's numbers and the standing alerts; does not save."""
    standing = set(
        Alert.objects.filter(patient_id=state.pk)
        .exclude(state=AlertState.RESOLVED)
        .exclude(state=AlertState.SNOOZED, snoozed_until__gt=now)
        .values_list("kind", flat=True)
    )
    if standing & URGENT_KINDS:
        bucket = Bucket.URGENT
    elif AlertKind.WORSENING in standing:
        bucket = Bucket.WORSENING
    elif not state.sufficient or _silent(state, now):
        # Too little to judge is never shown as fine.
        bucket = Bucket.NO_DATA
    elif _above_goal(state):
        bucket = Bucket.ABOVE_GOAL
    else:
        bucket = Bucket.STABLE
    state.bucket = bucket
    state.severity = SEVERITY[bucket]


def place_now(patient_id: int, *, now: datetime) -> None:
    """After an alert opened or changed: move the patient's row to its bucket at once."""
    state = PatientState.objects.filter(pk=patient_id).first()
    if state is not None:
        place(state, now=now)
        state.save(update_fields=["bucket", "severity"])


def _silent(state: PatientState, now: datetime) -> bool:
    return state.last_reading_at is None or now - state.last_reading_at > STALE_AFTER


def _above_goal(state: PatientState) -> bool:
    return (
        state.mean_systolic is not None
        and state.mean_diastolic is not None
        and state.goal_systolic is not None
        and state.goal_diastolic is not None
        and (
            state.mean_systolic >= state.goal_systolic
            or state.mean_diastolic >= state.goal_diastolic
        )
    )
