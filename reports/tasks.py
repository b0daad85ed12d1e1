"""Doors for the workers. Messages carry ids; the rows say what is to be done."""

from celery import shared_task
from django.utils import timezone

from healthcare.runtime.ringing import ring
from reports import building
from reports.monitoring import refreshing

SWEEP_LIMIT = 200
REFRESH_LIMIT = 50


@shared_task(name="reports.tasks.build_report")
def build_report(report_id: int) -> None:
    """Build one report if it still waits; a message that comes twice does nothing."""
    building.build(report_id=report_id, now=timezone.now())


@shared_task(name="reports.tasks.sweep")
def sweep() -> None:
    """Ring again for reports whose message was lost or whose worker died."""
    for report_id in building.waiting(now=timezone.now(), limit=SWEEP_LIMIT):
        ring(build_report, report_id)


@shared_task(name="reports.tasks.refresh_worklist")
def refresh_worklist() -> None:
    """Bring the worklist up to date, in chunks; a full chunk rings for the next."""
    if refreshing.refresh(limit=REFRESH_LIMIT, now=timezone.now()) == REFRESH_LIMIT:
        ring(refresh_worklist)
