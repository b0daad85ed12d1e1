"""What the portal and the API ask: facts of a period, reports, alerts."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Prefetch, QuerySet

from devices import queries as readings
from healthcare.hospitals.scope import ScopedQuerySet
from healthcare.patients.models import Consent, Patient, Purpose
from reports.analysis.facts import Summary
from reports.analysis.measured import Night, Pressure, Reading
from reports.analysis.sections import SECTIONS, analyse
from reports.analysis.summary import summarise
from reports.goals import goal_for
from reports.measuring import night_of, reading_of
from reports.models import Alert, AlertNote, AlertState, Report, ReportFile, ReportState

# A session after midnight belongs to the evening before, and a trend looks back four weeks and one.
LOOK_BACK = timedelta(days=35)


@dataclass(frozen=True, slots=True)
class Measured:
    """Readings and nights in the analysis' own types."""

    readings: tuple[Reading, ...]
    nights: tuple[Night, ...]


def measured(
    *, patient_id: int, start: date, end: date, timezone: str, known: bool | None = None
) -> Measured:
    """A person's readings and nights for the local days [start, end), with the evening that
    ends after midnight. Needs a scope that covers the person; else there is nothing. `known`:
    `devices.queries.all_count` of the person, where it was asked already."""
    zone = ZoneInfo(timezone)
    if known is None:
        known = readings.all_count(patient_id)
    first = datetime.combine(start, time(), zone)
    last = datetime.combine(end, time(4), zone)
    return Measured(
        tuple(
            reading_of(row)
            for row in readings.blood_pressure(
                patient_id=patient_id, start=first, end=last, known=known
            )
        ),
        tuple(
            night_of(row)
            for row in readings.nights(
                patient_id=patient_id, start=start, end=end, timezone=timezone, known=known
            )
        ),
    )


def summary(
    *,
    patient: Patient,
    start: date,
    end: date,
    scheme: str,
    goal: Pressure | None = None,
    known: bool | None = None,
    now: datetime,
) -> Summary:
    """All facts of the local days [start, end), by `scheme` and the person's goal, which is asked
    unless it is given; so is `known`, as of `measured`.

    Raises UnknownScheme for a scheme that is none.
    """
    zone = ZoneInfo(patient.timezone)
    first, last = (datetime.combine(day, time(), zone) for day in (start, end))
    if known is None:
        known = readings.all_count(patient.pk)
    more = {
        kind: readings.stored(kind=kind, patient_id=patient.pk, start=first, end=last, known=known)
        for kind in SECTIONS
    }
    found = measured(
        patient_id=patient.pk,
        start=start - LOOK_BACK,
        end=end,
        timezone=patient.timezone,
        known=known,
    )
    facts = summarise(
        found.readings,
        found.nights,
        start=start,
        end=end,
        timezone=patient.timezone,
        scheme=scheme,
        birth_date=patient.birth_date,
        goal=goal or goal_for(patient=patient, scheme=scheme, on=end, now=now),
    )
    sections = analyse(
        more,
        start=start,
        end=end,
        timezone=patient.timezone,
        experimental=settings.EXPERIMENTAL_HINTS,
    )
    return replace(facts, sections=sections)


def reports_of(*, patient_id: int) -> QuerySet[Report]:
    """A person's reports as far as the scope shows them, newest period first."""
    return Report.objects.filter(patient_id=patient_id).select_related("hospital")


def report_pdf(*, report: Report) -> bytes:
    """The PDF of a ready report. Raises `ReportFile.DoesNotExist` before that."""
    return bytes(ReportFile.objects.get(report=report).pdf)


def agreed_to(reports: QuerySet[Report], *, now: datetime) -> QuerySet[Report]:
    """Of these reports, those of people who agree to reports to hospitals at `now`: a report is
    not shown or written out after that consent was withdrawn, but it is kept."""
    agree = Consent.objects.filter(purpose=Purpose.HOSPITAL_REPORT, period__contains=now)
    care = Consent.objects.filter(purpose=Purpose.CARE, period__contains=now)
    return reports.filter(patient_id__in=agree.values("patient_id")).filter(
        patient_id__in=care.values("patient_id")
    )


def ready_reports(*, hospital_id: int, now: datetime) -> QuerySet[Report]:
    """Reports a hospital received and may see at `now`, newest first."""
    return (
        agreed_to(Report.objects.filter(hospital_id=hospital_id, state=ReportState.READY), now=now)
        .select_related("patient")
        .order_by("-built_at")
    )


def standing_alerts(*, patient_id: int) -> ScopedQuerySet[Alert]:
    """Alerts that are not resolved, with their evidence and notes."""
    rows: ScopedQuerySet[Alert] = (
        Alert.objects.filter(patient_id=patient_id)  # type: ignore[assignment]
        .exclude(state=AlertState.RESOLVED)
        .prefetch_related("evidence", "notes__author")
        .order_by("-urgent", "-changed_at")
    )
    return rows


def alert_history(*, patient_id: int) -> QuerySet[Alert]:
    """Every alert of a person with its notes, newest first."""
    notes = Prefetch("notes", AlertNote.objects.select_related("author"))
    return (
        Alert.objects.filter(patient_id=patient_id).prefetch_related(notes).order_by("-opened_at")
    )
