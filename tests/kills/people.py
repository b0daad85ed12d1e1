"""Who posts in this suite: people with a cuff each, and gateways that post for wards of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from devices import registry
from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from tests.factories import ConsentFactory, PatientFactory

BY = command("tests.kills")
HELD_FOR = timedelta(days=200)


@dataclass(frozen=True, slots=True)
class Cuff:
    """A cuff in somebody's hands."""

    device_id: int
    patient_id: int
    serial: str
    token: str


@dataclass(frozen=True, slots=True)
class Ward:
    """Cuffs that a gateway posts for."""

    token: str
    cuffs: Sequence[Cuff]


def cuffs(name: str, count: int) -> list[Cuff]:
    """That many people who consent to care, each with a cuff."""
    now = timezone.now()
    made = []
    with acting_in(Scope.system("tests.kills")):
        for n in range(count):
            patient = PatientFactory()
            ConsentFactory(patient=patient)
            registered = registry.register(
                kind="blood_pressure",
                serial=f"{name}-{n}",
                patient=patient,
                handed_over_at=now - HELD_FOR,
                now=now,
                by=BY,
            )
            device = registered.device
            made.append(Cuff(device.pk, patient.pk, device.serial, registered.token))
    return made


def ward(name: str, count: int) -> Ward:
    """A gateway, and the cuffs that are entrusted to it."""
    members = cuffs(name, count)
    now = timezone.now()
    with acting_in(Scope.system("tests.kills")):
        _, token = registry.register_gateway(name=name, now=now, by=BY)
        for cuff in members:
            registry.entrust_to_gateway(gateway=name, serial=cuff.serial, now=now, by=BY)
    return Ward(token, members)
