"""What devices does by itself, by the clock."""

from celery import shared_task
from django.utils import timezone

from devices import quarantine
from devices.member_apps import approving
from devices.mqtt import dead_letters
from healthcare.audit.actors import task
from healthcare.hospitals.scope import Scope, acting_in


@shared_task(name="devices.tasks.erase_unclaimed")
def erase_unclaimed() -> None:
    """Erase what unknown devices sent and nobody claimed in time. Run it once a day."""
    with acting_in(Scope.system("erasing what nobody claimed")):
        quarantine.erase_unclaimed(now=timezone.now(), by=task("devices.erase_unclaimed"))


@shared_task(name="devices.tasks.forget_expired_tokens")
def forget_expired_tokens() -> None:
    """Delete the hashes of apps' codes and tokens that can no longer be used. Run it once a day."""
    with acting_in(Scope.system("deleting expired tokens of apps")):
        approving.forget_expired(now=timezone.now())


@shared_task(name="devices.tasks.erase_dead_letters")
def erase_dead_letters() -> None:
    """Erase messages of the broker that nobody claimed in time. Run it once a day."""
    with acting_in(Scope.system("erasing dead letters")):
        dead_letters.erase_unclaimed(now=timezone.now(), by=task("devices.erase_dead_letters"))
