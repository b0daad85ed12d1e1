"""A built report reaches its hospital: it appears in the inbox, and the delivery is counted."""

from datetime import datetime

from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from packages import usage
from reports.models import Report, ReportKind


def deliver(*, report: Report, now: datetime, by: Actor) -> None:
    """Put the report into the hospital's inbox and write the usage that billing rates. A report
    that a clinician asks for costs the member nothing.

    Call it in the transaction that makes the report ready: both stand or neither.
    """
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
