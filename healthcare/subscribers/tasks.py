"""Imports outside the request. The batch in its state is the truth; a message only rings."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from healthcare.audit.actors import task
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.runtime.ringing import ring
from healthcare.subscribers import leading
from healthcare.subscribers.models import IN_WORK, ImportBatch
from healthcare.subscribers.noticeboard import Noticeboard

# Each step is one transaction, in which the batch is locked: a message that the queue delivers
# again meanwhile finds nothing to do. A load of a million rows is some twenty steps.
TIME_LIMIT = 3_600
RING_AGAIN_AFTER = timedelta(minutes=1)


@shared_task(time_limit=TIME_LIMIT, soft_time_limit=TIME_LIMIT - 60)
def run_import(batch_id: int) -> None:
    """Lead a file on, step by step, until a person is asked or it has ended."""
    with Noticeboard(batch_id) as noticeboard:
        while _step(batch_id, noticeboard):
            pass


def _step(batch_id: int, noticeboard: Noticeboard) -> bool:
    with acting_in(Scope.system("import of a subscriber file")):
        return leading.step(
            batch_id=batch_id,
            progress=noticeboard,
            now=timezone.now(),
            by=task("subscribers.run_import"),
        )


@shared_task
def sweep() -> None:
    """Ring again for batches whose message, or whose worker, was lost."""
    with acting_in(Scope.system("sweep of imports")):
        waiting = ImportBatch.objects.filter(
            state__in=IN_WORK, started_at__lt=timezone.now() - RING_AGAIN_AFTER
        )
        ids = list(waiting.values_list("pk", flat=True))
    for batch_id in ids:
        ring(run_import, batch_id)
