"""The worklist's one row a patient, kept up to date from news and from the passing of time."""

from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import F, Q

from devices.queries import all_count, last_pressure_at
from healthcare.patients.models import Patient
from reports import queries
from reports.analysis.facts import BloodPressureFacts
from reports.analysis.summary import summarise
from reports.goals import goal_for
from reports.models import PatientState
from reports.monitoring.placing import place
from reports.monitoring.trends import ask_about_silence, open_trends

PERIOD_DAYS = 30
SPARKLINE_DAYS = 14
# A row is computed again after this even without news: silence is news too.
RECOMPUTE_AFTER = timedelta(hours=12)
NEWS_AT_A_TIME = 10_000
AT_MOST_EVERY = timedelta(seconds=60)
# What a computation may write; news and late highs are written by those who bring them.
COMPUTED_FIELDS = (
    "computed_at",
    "last_reading_at",
    "bucket",
    "severity",
    "days_with_data",
    "sufficient",
    "mean_systolic",
    "mean_diastolic",
    "goal_systolic",
    "goal_diastolic",
    "previous_systolic",
    "sparkline",
)


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


def take_news(*, now: datetime) -> int:
    """Let the rows of people with new readings know it, for all that was noted by now. Returns how
    many rows.

    A row's `news_at` is when its news were taken, which is after they were committed: a row that
    was computed before has not seen them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH taken AS (DELETE FROM reports_news WHERE id IN"
            "  (SELECT id FROM reports_news ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)"
            "  RETURNING patient_ids)"
            " INSERT INTO reports_patientstate (patient_id, news_at, bucket, severity,"
            " days_with_data, sufficient, sparkline)"
            " SELECT DISTINCT patient_id, %s::timestamptz, 'no_data', 3, 0, false, '[]'::jsonb"
            "   FROM taken, unnest(patient_ids) AS patient_id ORDER BY patient_id"
            " ON CONFLICT (patient_id) DO UPDATE SET news_at = EXCLUDED.news_at"
            "  WHERE reports_patientstate.news_at < EXCLUDED.news_at",
            [NEWS_AT_A_TIME, now],
        )
        return int(cursor.rowcount)


def waiting(*, limit: int, now: datetime, at_most_every: timedelta = AT_MOST_EVERY) -> list[int]:
    """Ids of people whose row has news or is old, the longest waiting first.

    A row is computed at most once a minute: a person who posts every second is not news each time,
    and a crisis does not come this way.
    """
    old = Q(computed_at__lt=now - RECOMPUTE_AFTER)
    news = Q(news_at__gt=F("computed_at"), computed_at__lt=now - at_most_every)
    rows = PatientState.objects.filter(Q(computed_at=None) | news | old).order_by("news_at")
    return list(rows.values_list("pk", flat=True)[:limit])


def compute(patient_id: int, *, now: datetime) -> None:
    """Recompute one row from the readings and open what trend and silence call for.

    One short transaction a person, and the row is locked only when it is written: whoever posts a
    reading of theirs waits for nothing here.
    """
    state = PatientState.objects.select_related("patient").get(pk=patient_id)
    patient = state.patient
    today = now.astimezone(ZoneInfo(patient.timezone)).date()
    start = today - timedelta(days=PERIOD_DAYS - 1)
    before = start - timedelta(days=PERIOD_DAYS)
    scheme = _scheme_of(patient, now)
    known = all_count(patient_id)
    readings = queries.measured(
        patient_id=patient_id,
        start=before - queries.LOOK_BACK,
        end=today + timedelta(days=1),
        timezone=patient.timezone,
        known=known,
    ).readings
    in_period = partial(
        summarise,
        readings,
        (),
        timezone=patient.timezone,
        scheme=scheme,
        birth_date=patient.birth_date,
        goal=goal_for(patient=patient, scheme=scheme, on=today, now=now),
    )
    facts = in_period(start=start, end=today + timedelta(days=1)).blood_pressure
    previous = in_period(start=before, end=start).blood_pressure
    state.last_reading_at = max(
        (r.measured_at for r in readings), default=None
    ) or last_pressure_at(patient_id=patient_id)
    state.previous_systolic = previous.mean.systolic if previous else None
    _take_facts(state, facts, today)
    open_trends(patient, today=today, known=known, now=now)
    ask_about_silence(state, now=now)
    place(state, now=now)
    # News that came in since `now` stay news: computed_at is when the readings were read.
    state.computed_at = now
    state.save(update_fields=COMPUTED_FIELDS)


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
