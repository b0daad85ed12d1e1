"""Imports outside the request. The batch that waits is the truth; a message only rings."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from healthcare.audit.actors import task
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.runtime.ringing import ring
from healthcare.subscribers import importing
from healthcare.subscribers.models import ImportBatch, State
from healthcare.subscribers.noticeboard import Noticeboard

# An import is one transaction and may take minutes. Until it ends its batch is locked, so a
# message that the queue delivers again meanwhile finds nothing to do.
TIME_LIMIT = 3_600
RING_AGAIN_AFTER = timedelta(minutes=1)


@shared_task(time_limit=TIME_LIMIT, soft_time_limit=TIME_LIMIT - 60)
def run_import(batch_id: int) -> None:
    """Take in a file that was put aside."""
    with (
        Noticeboard(batch_id) as noticeboard,
        acting_in(Scope.system("import of a subscriber file")),
    ):
        importing.run_received(
            batch_id=batch_id,
            progress=noticeboard,
            now=timezone.now(),
            by=task("subscribers.run_import"),
        )


@shared_task
def sweep() -> None:
    """Ring again for batches whose message was lost with a worker or a broker."""
    with acting_in(Scope.system("sweep of imports")):
        waiting = ImportBatch.objects.filter(
            state=State.WAITING, started_at__lt=timezone.now() - RING_AGAIN_AFTER
        )
        ids = list(waiting.values_list("pk", flat=True))
    for batch_id in ids:
        ring(run_import, batch_id)
