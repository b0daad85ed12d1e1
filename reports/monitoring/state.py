"""The worklist's one row a patient, kept up to date from news and from the passing of time."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import F, Q

from healthcare.audit.actors import task
from healthcare.patients.models import Patient
from reports import queries
from reports.analysis.facts import BloodPressureFacts
from reports.analysis.warning_signs import is_low_session, is_worsening
from reports.models import AlertKind, PatientState
from reports.monitoring.opening import Evidence, open_alert
from reports.monitoring.placing import STALE_AFTER, place

BY = task("reports.watching")
PERIOD_DAYS = 30
SPARKLINE_DAYS = 14
# A row is computed again after this even without news: silence is news too.
RECOMPUTE_AFTER = timedelta(hours=12)
LOW_ARRIVES_WITHIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How many rows a refresh computed, and whether more are waiting."""

    rows: int
    more: bool


def add_missing_rows(*, now: datetime) -> int:
    """Give every patient in somebody's care a row, so that the counts add up to all of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO reports_patientstate (patient_id, news_at, bucket, severity,"
            " days_with_data, sufficient, sparkline)"
            " SELECT DISTINCT patient_id, %s::timestamptz, 'no_data', 3, 0, false, '[]'::jsonb"
            " FROM patients_carerelationship WHERE period @> %s::timestamptz"
            " ON CONFLICT DO NOTHING",
            [now, now],
        )
        return int(cursor.rowcount)


def refresh(*, limit: int = 100, now: datetime) -> Refreshed:
    """Compute up to `limit` rows that have news or are old. Several workers share the work: a row
    that another one holds is skipped."""
    waiting = list(
        PatientState.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(
            Q(computed_at=None)
            | Q(news_at__gt=F("computed_at"))
            | Q(computed_at__lt=now - RECOMPUTE_AFTER)
        )
        .select_related("patient")
        .order_by("news_at")[:limit]
    )
    for state in waiting:
        compute(state, now=now)
    return Refreshed(rows=len(waiting), more=len(waiting) == limit)


def compute(state: PatientState, *, now: datetime) -> None:
    """Recompute one row from the readings and open what trend and silence call for."""
    patient = state.patient
    today = now.astimezone(ZoneInfo(patient.timezone)).date()
    start = today - timedelta(days=PERIOD_DAYS - 1)
    scheme = _scheme_of(patient, now)
    facts = queries.summary(
        patient=patient, start=start, end=today + timedelta(days=1), scheme=scheme, now=now
    ).blood_pressure
    before = queries.summary(
        patient=patient,
        start=start - timedelta(days=PERIOD_DAYS),
        end=start,
        scheme=scheme,
        now=now,
    ).blood_pressure
    state.computed_at = now
    _take_facts(state, facts, today)
    state.previous_systolic = before.mean.systolic if before else None
    _open_trend_alerts(state, facts, today, now)
    place(state, now=now)
    state.save()


def _scheme_of(patient: Patient, now: datetime) -> str:
    care = (
        patient.care_relationships.select_related("hospital").filter(period__contains=now).first()
    )
    return care.hospital.scheme if care else "jsh2025-home"


def _take_facts(state: PatientState, facts: BloodPressureFacts | None, today: date) -> None:
    state.days_with_data = facts.days_with_data if facts else 0
    state.sufficient = bool(facts and facts.sufficient)
    state.mean_systolic = facts.mean.systolic if facts else None
    state.mean_diastolic = facts.mean.diastolic if facts else None
    state.goal_systolic = facts.goal.systolic if facts else None
    state.goal_diastolic = facts.goal.diastolic if facts else None
    by_day = {day.date: day.all.systolic for day in facts.days} if facts else {}
    days = [today - timedelta(days=n) for n in range(SPARKLINE_DAYS - 1, -1, -1)]
    state.sparkline = [by_day.get(day) for day in days]
    if facts and facts.placed:
        state.last_reading_at = max(p.reading.measured_at for p in facts.placed)


def _open_trend_alerts(
    state: PatientState, facts: BloodPressureFacts | None, today: date, now: datetime
) -> None:
    """Worsening, once a week of evidence; low, once a session; missing, once a gap."""
    if facts and facts.change and is_worsening(facts.change):
        year, week, _ = today.isocalendar()
        open_alert(
            patient_id=state.pk,
            kind=AlertKind.WORSENING,
            evidence=[Evidence(key=f"{year}-W{week:02}")],
            reason={"difference": round(facts.change.difference)},
            now=now,
            by=BY,
        )
    for session in facts.sessions if facts else ():
        fresh = now - session.started_at <= LOW_ARRIVES_WITHIN
        if fresh and is_low_session(session.readings):
            when = session.started_at.isoformat()
            open_alert(
                patient_id=state.pk,
                kind=AlertKind.LOW,
                evidence=[Evidence(key=when, measured_at=session.started_at)],
                reason={"measured_at": when},
                now=now,
                by=BY,
            )
    if state.last_reading_at and now - state.last_reading_at > STALE_AFTER:
        open_alert(
            patient_id=state.pk,
            kind=AlertKind.MISSING,
            evidence=[Evidence(key=f"since:{state.last_reading_at:%Y-%m-%d}")],
            reason={"days": (now - state.last_reading_at).days},
            now=now,
            by=BY,
        )
