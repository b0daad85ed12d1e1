"""Building a report: claim the row, gather the facts, draw the PDF, store and deliver it."""

import hashlib
import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from healthcare.audit.actors import task
from healthcare.brakes import pulling
from healthcare.brakes.models import Kind
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients import consenting
from healthcare.patients.models import CareRelationship, Purpose
from reports import delivering, queries
from reports.analysis.facts import Summary
from reports.analysis.json_shape import to_json
from reports.composing import compose
from reports.models import Report, ReportFile, ReportState
from reports.pdf.report import render

logger = logging.getLogger(__name__)

BY = task("reports.building")
# Longer than a task may run, so a lease runs out only when its worker is gone.
LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 5


def waiting(*, now: datetime, limit: int) -> list[int]:
    """Ids of reports that nobody works on, oldest first; those with too many tries become failed,
    visible and to be run again by a person. None while deliveries stand still: they wait."""
    with acting_in(Scope.system("report sweep")):
        if pulling.pulled(Kind.DELIVERIES, delivering.INBOX):
            return []
        idle = Report.objects.filter(
            state__in=[ReportState.REQUESTED, ReportState.BUILDING]
        ).filter(Q(leased_until=None) | Q(leased_until__lt=now))
        idle.filter(attempts__gte=MAX_ATTEMPTS).update(
            state=ReportState.FAILED, error="Given up after 5 tries; ask for it again."
        )
        return list(
            idle.filter(attempts__lt=MAX_ATTEMPTS)
            .order_by("id")
            .values_list("pk", flat=True)[:limit]
        )


def build(*, report_id: int, now: datetime) -> bool:
    """Build one report. Returns False when there is nothing to do: it is built, refused, waits
    for a brake to be released, or another worker holds it.

    An error leaves the row claimed; the sweep rings again when the lease has run out.
    """
    with acting_in(Scope.system("report building")):
        if pulling.pulled(Kind.DELIVERIES, delivering.INBOX) or not _claim(report_id, now):
            return False
    try:
        with acting_in(Scope.system("report building")):
            return _build(report_id, now)
    except Exception as error:
        # The class names the fault; its message might hold a value of the person's.
        with acting_in(Scope.system("report building")):
            Report.objects.filter(pk=report_id).update(error=type(error).__name__)
        raise


def _claim(report_id: int, now: datetime) -> bool:
    """One conditional update decides which worker has the row."""
    claimed = (
        Report.objects.filter(pk=report_id, state__in=[ReportState.REQUESTED, ReportState.BUILDING])
        .filter(Q(leased_until=None) | Q(leased_until__lt=now))
        .update(state=ReportState.BUILDING, leased_until=now + LEASE, attempts=F("attempts") + 1)
    )
    return claimed == 1


def _build(report_id: int, now: datetime) -> bool:
    report = Report.objects.select_related("patient", "hospital").get(pk=report_id)
    if not _still_allowed(report, now):
        return _refuse(report_id)
    facts = queries.summary(
        patient=report.patient,
        start=report.start,
        end=report.end,
        scheme=report.hospital.scheme,
        now=now,
    )
    pdf = render(compose(report=report, facts=facts, now=now), fonts_directory=settings.FONTS_DIR)
    try:
        _store(report, facts, pdf, now)
    except delivering.DeliveryRefused:
        return _refuse(report_id)
    except pulling.Pulled:
        return _wait(report_id)
    logger.info("report %s built, %s bytes", report.pk, len(pdf))
    return True


def _refuse(report_id: int) -> bool:
    Report.objects.filter(pk=report_id).update(state=ReportState.REFUSED, leased_until=None)
    return False


def _wait(report_id: int) -> bool:
    """The brake was pulled while it was drawn: back to where it was, and the try does not count."""
    Report.objects.filter(pk=report_id).update(
        state=ReportState.REQUESTED, leased_until=None, attempts=F("attempts") - 1
    )
    return False


def _still_allowed(report: Report, now: datetime) -> bool:
    """Consent and care are asked again at the moment of writing, not only at the request."""
    agreed = consenting.standing(patient_id=report.patient_id, now=now)
    return {Purpose.CARE, Purpose.HOSPITAL_REPORT} <= set(agreed) and (
        CareRelationship.objects.filter(
            patient_id=report.patient_id, hospital_id=report.hospital_id, period__contains=now
        ).exists()
    )


@transaction.atomic
def _store(report: Report, facts: Summary, pdf: bytes, now: datetime) -> None:
    ReportFile.objects.update_or_create(report=report, defaults={"pdf": pdf})
    report.state = ReportState.READY
    report.built_at = now
    report.leased_until = None
    report.error = ""
    report.scheme = report.hospital.scheme
    report.scheme_version = facts.blood_pressure.scheme_version if facts.blood_pressure else ""
    report.facts = to_json(facts)
    report.sha256 = hashlib.sha256(pdf).hexdigest()
    report.size = len(pdf)
    report.save()
    delivering.deliver(report=report, now=now, by=BY)
