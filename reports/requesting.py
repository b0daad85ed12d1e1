"""Reports are asked for as rows. A message rings for each, and a sweep rings again."""

import calendar
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.hospitals.models import Hospital
from healthcare.patients import consenting
from healthcare.patients.models import CareRelationship, Consent, Patient, Purpose
from packages import queries as packages
from reports.models import Report, ReportKind, ReportState


class ReportRefused(ValueError):
    """No report may be made for this hospital: consent or care is missing."""


@dataclass(frozen=True, slots=True)
class Requested:
    """Ids of reports asked for now, how many stood already, and how many wait for the end of
    their period."""

    new: list[int]
    existing: int
    early: int = 0


def month_of(text: str) -> tuple[date, date]:
    """`2026-10` as [2026-10-01, 2026-11-01). Raises ValueError in words."""
    try:
        start = datetime.strptime(f"{text}-01", "%Y-%m-%d").date()  # noqa: DTZ007  a month has no zone
    except ValueError as error:
        raise ValueError(f"{text!r} is no month: write it like 2026-10.") from error
    days = calendar.monthrange(start.year, start.month)[1]
    return start, start + timedelta(days=days)


@transaction.atomic
def request(
    *, patient: Patient, hospital: Hospital, start: date, end: date, now: datetime, by: Actor
) -> Report:
    """Ask for a report to one hospital. Asking again for the same period makes its next version.

    Raises ReportRefused when the person does not agree to reports or the hospital does not care
    for them now.
    """
    agreed = consenting.standing(patient_id=patient.pk, now=now)
    if not {Purpose.CARE, Purpose.HOSPITAL_REPORT} <= set(agreed):
        raise ReportRefused("The patient has not agreed to reports to the hospital.")
    if not CareRelationship.objects.filter(
        patient=patient, hospital=hospital, period__contains=now
    ).exists():
        raise ReportRefused("This hospital does not care for the patient now.")
    latest = (
        Report.objects.filter(
            patient=patient, hospital=hospital, kind=ReportKind.ASKED, start=start, end=end
        )
        .order_by("-version")
        .first()
    )
    return _ask(
        patient_id=patient.pk,
        hospital=hospital,
        kind=ReportKind.ASKED,
        period=(start, end),
        version=latest.version + 1 if latest else 1,
        now=now,
        by=by,
    )


def _ask(
    *,
    patient_id: int,
    hospital: Hospital,
    kind: ReportKind,
    period: tuple[date, date],
    version: int,
    now: datetime,
    by: Actor,
) -> Report:
    report = Report.objects.create(
        patient_id=patient_id,
        hospital=hospital,
        kind=kind,
        start=period[0],
        end=period[1],
        version=version,
        language=hospital.language,
        requested_at=now,
        requested_by=str(by),
    )
    record(
        action="reports.requested",
        subject_type="report",
        subject_id=report.pk,
        patient_id=patient_id,
        details={"kind": kind.value},
        at=now,
        by=by,
    )
    return report


@transaction.atomic
def request_due(
    *, month: str, patient_id: int | None = None, now: datetime, by: Actor
) -> Requested:
    """Ask for every report due for a month: by consent, by care and by the package's cadence.

    Idempotent: what was asked for stands. A report is due when its last day is over where the
    patient lives: made sooner, it would stand with half of its readings. Raises ValueError for a
    text that is no month.
    """
    first, last = month_of(month)
    cares = (
        CareRelationship.objects.filter(period__contains=now)
        .filter(patient_id__in=_consenting(now))
        .select_related("patient", "hospital")
        .order_by("patient_id", "hospital_id")
    )
    if patient_id is not None:
        cares = cares.filter(patient_id=patient_id)
    found = list(cares)
    entitled = packages.entitlements_of(
        [care.patient_id for care in found], on=last - timedelta(days=1)
    )
    standing = set(
        Report.objects.filter(start__gte=first - timedelta(days=7), end__lte=last)
        .exclude(kind=ReportKind.ASKED)
        .values_list("patient_id", "hospital_id", "kind", "start", "end")
    )
    new: list[int] = []
    existing = early = 0
    for care in found:
        today = now.astimezone(ZoneInfo(care.patient.timezone)).date()
        for kind, start, end in periods(entitled[care.patient_id].report_cadence, first, last):
            if end > today:
                early += 1
                continue
            if (care.patient_id, care.hospital_id, kind.value, start, end) in standing:
                existing += 1
                continue
            report = _ask(
                patient_id=care.patient_id,
                hospital=care.hospital,
                kind=kind,
                period=(start, end),
                version=1,
                now=now,
                by=by,
            )
            new.append(report.pk)
    return Requested(new, existing, early)


@transaction.atomic
def request_revised(
    *, patient: Patient, days: Collection[date], now: datetime, by: Actor
) -> list[Report]:
    """Ask for the next version of each report that stands and covers one of these local days:
    readings of that day were taken back, moved or corrected. One that is being built may
    have read them already; one that waits to be built will read what counts then. Needs a scope
    that covers the person.
    """
    latest: dict[tuple[Any, ...], Report] = {}
    for report in (
        Report.objects.filter(patient=patient, start__lte=max(days), end__gt=min(days))
        .select_related("hospital")
        .order_by("version")
    ):
        latest[(report.hospital_id, report.kind, report.start, report.end)] = report
    return [
        _ask(
            patient_id=patient.pk,
            hospital=report.hospital,
            kind=ReportKind(report.kind),
            period=(report.start, report.end),
            version=report.version + 1,
            now=now,
            by=by,
        )
        for report in latest.values()
        if report.state in (ReportState.READY, ReportState.BUILDING)
        and any(report.start <= day < report.end for day in days)
    ]


def _consenting(now: datetime) -> list[int]:
    """People who agree to care and to reports at `now`."""
    care = Consent.objects.filter(purpose=Purpose.CARE, period__contains=now)
    report = Consent.objects.filter(purpose=Purpose.HOSPITAL_REPORT, period__contains=now)
    return list(
        report.filter(patient_id__in=care.values("patient_id")).values_list("patient_id", flat=True)
    )


def periods(cadence: str, first: date, last: date) -> Iterator[tuple[ReportKind, date, date]]:
    """What a cadence makes due in the month [first, last): the month itself, and with a weekly
    cadence every week from Monday to Sunday that ends in the month."""
    if cadence == "none":
        return
    yield ReportKind.MONTHLY, first, last
    if cadence == "weekly":
        # The first Monday after the first of the month ends the first week that counts.
        end = first + timedelta(days=7 - first.weekday())
        while end <= last:
            yield ReportKind.WEEKLY, end - timedelta(days=7), end
            end += timedelta(days=7)
