"""Searches outside the request: whoever a finished import brought is compared once."""

import time

from celery import shared_task
from django.utils import timezone

from healthcare.audit.actors import task
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.persons import finding

# Below the time limit of a task; the next round goes on with what is left.
SECONDS = 25.0
BY = task("persons.sweep")


@shared_task
def sweep() -> None:
    """Compare the people of the batches that are over, chunk by chunk, for a while."""
    end = time.monotonic() + SECONDS
    with acting_in(Scope.system("which imports were not searched")):
        batches = finding.unsearched()
    for batch_id in batches:
        while time.monotonic() < end and _step(batch_id):
            pass


def _step(batch_id: int) -> bool:
    with acting_in(Scope.system("records of one person after an import")):
        return finding.step(batch_id=batch_id, now=timezone.now(), by=BY)
