"""Simulated devices for members who have none: registered like real ones, their tokens kept in a
file that only its owner reads."""

import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from devices import registry
from devices.kinds.known import KINDS, Kind
from devices.models import Device
from devices.simulators.members import Member, read
from healthcare.audit.actors import Actor
from healthcare.patients.models import Patient, Purpose

USUAL = tuple(kind.name for kind in KINDS.values() if kind.usual)


def provide(
    *,
    people: int,
    kinds: Sequence[str] = USUAL,
    handed_over_at: datetime,
    tokens: Path,
    now: datetime,
    by: Actor,
) -> list[Member]:
    """A device of each of these kinds for the first `people` members who consent to care.

    What `tokens` knows is used again; what it lost gets a new key. Returns fewer when fewer
    consent.
    """
    known = {member.serial: member for member in read(tokens)} if tokens.exists() else {}
    consenting = Patient.objects.filter(
        consents__purpose=Purpose.CARE, consents__period__contains=now
    ).order_by("pk")[:people]
    members = []
    for patient in consenting:
        for kind in map(KINDS.__getitem__, kinds):
            serial = f"SIM-{kind.mark}-{patient.pk}"
            member = known.get(serial) or _member(patient, kind, serial, handed_over_at, now, by)
            members.append(member)
    _write(tokens, {**known, **{member.serial: member for member in members}})
    return members


def _member(
    patient: Patient, kind: Kind, serial: str, handed_over_at: datetime, now: datetime, by: Actor
) -> Member:
    if Device.objects.filter(serial=serial).exists():
        registry.revoke_older(serial=serial, now=now, by=by)
        token = registry.rotate(serial=serial, now=now, by=by)
    else:
        token = registry.register(
            kind=kind.name,
            serial=serial,
            patient=patient,
            handed_over_at=handed_over_at,
            model="simulated",
            now=now,
            by=by,
        ).token
    return Member(serial, token, kind.name, f"patient {patient.pk}", patient.timezone)


def _write(path: Path, members: dict[str, Member]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_suffix(".part")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        for member in members.values():
            said = {
                "serial": member.serial,
                "token": member.token,
                "kind": member.kind,
                "member": member.person,
                "timezone": member.timezone,
            }
            file.write(json.dumps(said) + "\n")
    part.replace(path)
