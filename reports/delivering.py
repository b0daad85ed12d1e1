"""A built report reaches its hospital: it appears in the inbox, and the delivery is counted."""

from datetime import datetime

from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.brakes import pulling
from healthcare.brakes.models import Kind
from healthcare.patients import consenting
from healthcare.patients.models import CareRelationship, Purpose
from packages import usage
from reports.models import Report, ReportKind

INBOX = "inbox"
"""The one channel by which reports are delivered, by its name among the brakes."""


class DeliveryRefused(RuntimeError):
    """Consent or care ended before the report was delivered: nothing of it may stay."""


def deliver(*, report: Report, now: datetime, by: Actor) -> None:
    """Put the report into the hospital's inbox and write the usage that billing rates. A report
    that a clinician asks for costs the member nothing.

    Call it in the transaction that makes the report ready: both stand or neither.

    Raises DeliveryRefused when the person has withdrawn meanwhile, or the hospital's care ended:
    drawing takes seconds, and consent is asked at the moment of the effect. Raises `pulling.Pulled`
    while the channel's brake is pulled: the report waits.
    """
    pulling.hold_unless_pulled(Kind.DELIVERIES, INBOX)
    if not _allowed(report, now):
        raise DeliveryRefused
    report.delivered_at = now
    report.save(update_fields=["delivered_at"])
    if report.kind != ReportKind.ASKED:
        usage.record(
            patient_id=report.patient_id,
            component="report",
            quantity=1,
            key=f"report:{report.pk}",
            on=now.date(),
        )
    record(
        action="reports.delivered",
        subject_type="report",
        subject_id=report.pk,
        patient_id=report.patient_id,
        details={"hospital": report.hospital_id},
        at=now,
        by=by,
    )


def _allowed(report: Report, now: datetime) -> bool:
    return (
        consenting.stand_for_good(
            patient_id=report.patient_id,
            purposes=[Purpose.CARE, Purpose.HOSPITAL_REPORT],
            now=now,
        )
        and CareRelationship.objects.filter(
            patient_id=report.patient_id,
            hospital_id=report.hospital_id,
            period__contains=now,
            period__upper_inf=True,
        ).exists()
    )
