"""Devices come, change hands and go; so do their keys. Every change leaves its audit record.

Call these inside a scope that covers the people named.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import QuerySet

from devices import redriving
from devices.archives.serials import is_archive
from devices.handing_over import (
    HandOver,
    RegistryError,
    correct_hand_over,
    end_holding,
    hand_over,
    living,
    refuse_future,
)
from devices.models import (
    Device,
    DeviceCredential,
    DeviceHolding,
    Gateway,
    GatewayEntrustment,
)
from healthcare.accounts.credentials import TokenKind, new_token
from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.patients.models import Patient

__all__ = [
    "HandOver",
    "Registered",
    "RegistryError",
    "correct_hand_over",
    "create_device",
    "hand_over",
    "living",
    "new_credential",
    "note",
    "register",
    "retire",
    "revoke_older",
    "rotate",
]
PLACES = (1, 2)


@dataclass(frozen=True, slots=True)
class Registered:
    """A device with its key, which is shown only now."""

    device: Device
    token: str


@transaction.atomic
def register(
    *,
    kind: str,
    serial: str,
    patient: Patient,
    user_slot: int | None = None,
    handed_over_at: datetime,
    model: str = "",
    firmware: str = "",
    lot: str = "",
    now: datetime,
    by: Actor,
) -> Registered:
    """Register a device in somebody's hands. What it sent before through a gateway is released.

    Raises:
        RegistryError: the serial is empty or known, or the hand-over lies in the future.
    """
    refuse_future(handed_over_at, now)
    said = {"model": model, "firmware": firmware, "lot": lot, "timezone": patient.timezone}
    device = create_device(kind, serial, said, now)
    DeviceHolding.objects.create(
        device=device,
        patient=patient,
        user_slot=user_slot,
        period=DateTimeTZRange(handed_over_at, None),
    )
    token = new_credential("d", device=device, now=now)
    record(
        action="devices.registered",
        subject_type="device",
        subject_id=device.pk,
        patient_id=patient.pk,
        details={"kind": kind, "user_slot": user_slot},
        at=now,
        by=by,
    )
    redriving.release(device=device, now=now)
    return Registered(device, token)


@transaction.atomic
def retire(*, serial: str, now: datetime, by: Actor) -> Device:
    """The device is nobody's from now on and its keys are refused; what it sent stays."""
    device = living(serial)
    for holding in DeviceHolding.objects.filter(device=device, period__upper_inf=True):
        end_holding(holding, now)
    DeviceCredential.objects.filter(device=device, revoked_at=None).update(revoked_at=now)
    device.retired_at = now
    device.save(update_fields=["retired_at"])
    note("devices.retired", device, now, by)
    return device


@transaction.atomic
def rotate(*, serial: str, now: datetime, by: Actor) -> str:
    """A second key for a device, shown only now; the first lives until `revoke_older`.

    Raises:
        RegistryError: two keys live already.
    """
    device = living(serial)
    token = new_credential("d", device=device, now=now)
    note("devices.credential_added", device, now, by)
    return token


@transaction.atomic
def revoke_older(*, serial: str, now: datetime, by: Actor) -> int:
    """End a rotation: every key but the newest is refused from now on. Returns how many."""
    device = living(serial)
    live = device.credentials.filter(revoked_at=None).order_by("-created_at", "-pk")
    older = list(live.values_list("pk", flat=True))[1:]
    revoked = DeviceCredential.objects.filter(pk__in=older).update(revoked_at=now)
    note("devices.credentials_revoked", device, now, by)
    return revoked


@transaction.atomic
def register_gateway(*, name: str, now: datetime, by: Actor) -> tuple[Gateway, str]:
    """A gateway and its key, which is shown only now. It may post for the devices that
    `entrust_to_gateway` hands to it, and for no other.

    Raises:
        RegistryError: the name is empty or taken.
    """
    name = name.strip()
    if not name:
        raise RegistryError("A gateway has a name.")
    try:
        with transaction.atomic():
            gateway = Gateway.objects.create(name=name, registered_at=now)
    except IntegrityError:
        raise RegistryError(f"A gateway named {name} is registered already.") from None
    token = new_credential("g", gateway=gateway, now=now)
    note("devices.gateway_registered", gateway, now, by)
    return gateway, token


@transaction.atomic
def retire_gateway(*, name: str, now: datetime, by: Actor) -> Gateway:
    """The gateway's keys are refused from now on; what it sent stays."""
    gateway = _in_use(name)
    DeviceCredential.objects.filter(gateway=gateway, revoked_at=None).update(revoked_at=now)
    gateway.retired_at = now
    gateway.save(update_fields=["retired_at"])
    note("devices.gateway_retired", gateway, now, by)
    return gateway


@transaction.atomic
def entrust_to_gateway(*, gateway: str, serial: str, now: datetime, by: Actor) -> None:
    """The gateway may post for this device from now on; what it sent for it before is released.
    Doing it twice changes nothing.

    Raises:
        RegistryError: no such device or gateway, or it is retired.
    """
    device, hub = living(serial), _in_use(gateway)
    if _entrusted(hub, device).exists():
        return
    GatewayEntrustment.objects.create(gateway=hub, device=device, period=DateTimeTZRange(now, None))
    note("devices.entrusted", device, now, by, gateway=hub.name)
    redriving.release(device=device, now=now)


@transaction.atomic
def withdraw_from_gateway(*, gateway: str, serial: str, now: datetime, by: Actor) -> None:
    """What the gateway sends for this device from now on is sealed, as for an unknown one.

    Raises:
        RegistryError: no such device or gateway, or it was not entrusted.
    """
    device, hub = living(serial), _in_use(gateway)
    entrusted = _entrusted(hub, device).first()
    if entrusted is None:
        raise RegistryError(f"{serial} is not entrusted to {gateway}.")
    if entrusted.period.lower >= now:
        entrusted.delete()
    else:
        entrusted.period = DateTimeTZRange(entrusted.period.lower, now)
        entrusted.save(update_fields=["period"])
    note("devices.entrustment_ended", device, now, by, gateway=hub.name)


def _in_use(name: str) -> Gateway:
    """The gateway, locked, so that its changes come one after the other."""
    gateway = Gateway.objects.select_for_update().filter(name=name.strip()).first()
    if gateway is None:
        raise RegistryError(f"No gateway is named {name}: register_gateway registers one.")
    if gateway.retired_at is not None:
        raise RegistryError(f"{name} was retired at {gateway.retired_at.isoformat()}.")
    return gateway


def _entrusted(gateway: Gateway, device: Device) -> QuerySet[GatewayEntrustment]:
    return GatewayEntrustment.objects.filter(gateway=gateway, device=device, period__upper_inf=True)


def create_device(kind: str, serial: str, fields: dict[str, Any], now: datetime) -> Device:
    """A device in nobody's hands. Raises RegistryError: the serial is empty or known."""
    serial = serial.strip()
    if not serial or is_archive(serial):
        raise RegistryError("A device has a serial: name the one on its label.")
    try:
        with transaction.atomic():
            return Device.objects.create(kind=kind, serial=serial, registered_at=now, **fields)
    except IntegrityError:
        raise RegistryError(
            f"A device with serial {serial} is registered already. To give it to another person,"
            " or to add a second user with --user-slot, use hand_over_device."
        ) from None


def new_credential(
    kind: TokenKind, *, device: Device | None = None, gateway: Gateway | None = None, now: datetime
) -> str:
    """A key in the free one of two places, shown only now. Raises RegistryError: none is free."""
    token = new_token(kind)
    live = DeviceCredential.objects.filter(device=device, gateway=gateway, revoked_at=None)
    free = sorted(set(PLACES) - set(live.values_list("place", flat=True)))
    if not free:
        raise RegistryError("Two keys live already: revoke the older one first.")
    DeviceCredential.objects.create(
        device=device,
        gateway=gateway,
        place=free[0],
        prefix=token.prefix,
        hash=token.hash,
        created_at=now,
    )
    return token.text


def note(action: str, subject: Device | Gateway, now: datetime, by: Actor, **details: str) -> None:
    """The audit record of a change of this room."""
    kind = "gateway" if isinstance(subject, Gateway) else "device"
    record(
        action=action,
        subject_type=kind,
        subject_id=subject.pk,
        details={**details},
        at=now,
        by=by,
    )
