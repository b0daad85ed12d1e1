"""Invitations outside the request. Rows say what is to be done; a message only rings."""

from celery import shared_task
from django.utils import timezone

from healthcare.audit.actors import task
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.inviting import claiming, leading, sending
from healthcare.runtime.ringing import ring

# A step is one chunk of some thousand rows; a task ends well below its time limit.
MOST_STEPS = 20


@shared_task(name="healthcare.inviting.tasks.lead")
def lead(wave_id: int) -> None:
    """Lead a wave on: whom it invites, what is due, then messages at its pace."""
    by = task("inviting.lead")
    for _ in range(MOST_STEPS):
        with acting_in(Scope.system("a wave of invitations is led on")):
            more = leading.step(wave_id=wave_id, now=timezone.now(), by=by)
        if not more:
            break
    sent = sending.send(wave_id=wave_id, now=timezone.now())
    if more or sent == claiming.MOST_AT_ONCE:
        ring(lead, wave_id)


@shared_task(name="healthcare.inviting.tasks.sweep")
def sweep() -> None:
    """Ring for each wave that is in work."""
    with acting_in(Scope.system("sweep of invitations")):
        waves = leading.waves_to_lead()
    for wave_id in waves:
        ring(lead, wave_id)
