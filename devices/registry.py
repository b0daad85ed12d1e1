"""Devices come, change hands and go; so do their keys. Every change leaves its audit record.

Call these inside a scope that covers the people named.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import QuerySet

from devices import redriving
from devices.archives.serials import is_archive
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

PLACES = (1, 2)


class RegistryError(ValueError):
    """What was asked cannot be; the sentence names the cure."""


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
    serial = serial.strip()
    if not serial or is_archive(serial):
        raise RegistryError("A device has a serial: name the one on its label.")
    _refuse_future(handed_over_at, now)
    try:
        with transaction.atomic():
            device = Device.objects.create(
                kind=kind,
                serial=serial,
                model=model,
                firmware=firmware,
                lot=lot,
                timezone=patient.timezone,
                registered_at=now,
            )
    except IntegrityError:
        raise RegistryError(
            f"A device with serial {serial} is registered already. To give it to another person,"
            " or to add a second user with --user-slot, use hand_over_device."
        ) from None
    DeviceHolding.objects.create(
        device=device,
        patient=patient,
        user_slot=user_slot,
        period=DateTimeTZRange(handed_over_at, None),
    )
    token = _new_credential("d", device=device, now=now)
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
def hand_over(
    *,
    serial: str,
    patient: Patient,
    user_slot: int | None = None,
    at: datetime,
    now: datetime,
    by: Actor,
) -> DeviceHolding:
    """From `at` on the device is this person's.

    With a slot only that slot changes hands (a second person on one cuff takes a slot of their
    own); without one the whole device does. What nobody could be found for is asked again.

    Raises:
        RegistryError: no such device, it is retired, or somebody held it from a later time on.
    """
    device = _living(serial)
    _refuse_future(at, now)
    holdings = DeviceHolding.objects.select_for_update(of=("self",)).filter(device=device)
    if user_slot is not None:
        holdings = holdings.filter(user_slot=user_slot)
    for holding in holdings.order_by("period"):
        _end(holding, at)
    holding = DeviceHolding.objects.create(
        device=device, patient=patient, user_slot=user_slot, period=DateTimeTZRange(at, None)
    )
    record(
        action="devices.handed_over",
        subject_type="device",
        subject_id=device.pk,
        patient_id=patient.pk,
        details={"at": at.isoformat(), "user_slot": user_slot},
        at=now,
        by=by,
    )
    redriving.release(device=device, now=now)
    return holding


@transaction.atomic
def retire(*, serial: str, now: datetime, by: Actor) -> Device:
    """The device is nobody's from now on and its keys are refused; what it sent stays."""
    device = _living(serial)
    for holding in DeviceHolding.objects.filter(device=device, period__upper_inf=True):
        _end(holding, now)
    DeviceCredential.objects.filter(device=device, revoked_at=None).update(revoked_at=now)
    device.retired_at = now
    device.save(update_fields=["retired_at"])
    _record("devices.retired", device, now, by)
    return device


@transaction.atomic
def rotate(*, serial: str, now: datetime, by: Actor) -> str:
    """A second key for a device, shown only now; the first lives until `revoke_older`.

    Raises:
        RegistryError: two keys live already.
    """
    device = _living(serial)
    token = _new_credential("d", device=device, now=now)
    _record("devices.credential_added", device, now, by)
    return token


@transaction.atomic
def revoke_older(*, serial: str, now: datetime, by: Actor) -> int:
    """End a rotation: every key but the newest is refused from now on. Returns how many."""
    device = _living(serial)
    live = device.credentials.filter(revoked_at=None).order_by("-created_at", "-pk")
    older = list(live.values_list("pk", flat=True))[1:]
    revoked = DeviceCredential.objects.filter(pk__in=older).update(revoked_at=now)
    _record("devices.credentials_revoked", device, now, by)
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
    token = _new_credential("g", gateway=gateway, now=now)
    _record("devices.gateway_registered", gateway, now, by)
    return gateway, token


@transaction.atomic
def retire_gateway(*, name: str, now: datetime, by: Actor) -> Gateway:
    """The gateway's keys are refused from now on; what it sent stays."""
    gateway = _in_use(name)
    DeviceCredential.objects.filter(gateway=gateway, revoked_at=None).update(revoked_at=now)
    gateway.retired_at = now
    gateway.save(update_fields=["retired_at"])
    _record("devices.gateway_retired", gateway, now, by)
    return gateway


@transaction.atomic
def entrust_to_gateway(*, gateway: str, serial: str, now: datetime, by: Actor) -> None:
    """The gateway may post for this device from now on; what it sent for it before is released.
    Doing it twice changes nothing.

    Raises:
        RegistryError: no such device or gateway, or it is retired.
    """
    device, hub = _living(serial), _in_use(gateway)
    if _entrusted(hub, device).exists():
        return
    GatewayEntrustment.objects.create(gateway=hub, device=device, period=DateTimeTZRange(now, None))
    _record("devices.entrusted", device, now, by, gateway=hub.name)
    redriving.release(device=device, now=now)


@transaction.atomic
def withdraw_from_gateway(*, gateway: str, serial: str, now: datetime, by: Actor) -> None:
    """What the gateway sends for this device from now on is sealed, as for an unknown one.

    Raises:
        RegistryError: no such device or gateway, or it was not entrusted.
    """
    device, hub = _living(serial), _in_use(gateway)
    entrusted = _entrusted(hub, device).first()
    if entrusted is None:
        raise RegistryError(f"{serial} is not entrusted to {gateway}.")
    if entrusted.period.lower >= now:
        entrusted.delete()
    else:
        entrusted.period = DateTimeTZRange(entrusted.period.lower, now)
        entrusted.save(update_fields=["period"])
    _record("devices.entrustment_ended", device, now, by, gateway=hub.name)


def _living(serial: str) -> Device:
    """The device, locked, so that its changes come one after the other."""
    device = Device.objects.select_for_update().filter(serial=serial).first()
    if device is None:
        raise RegistryError(f"No device has the serial {serial}: register_device registers one.")
    if device.retired_at is not None:
        raise RegistryError(f"{serial} was retired at {device.retired_at.isoformat()}.")
    return device


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


def _refuse_future(at: datetime, now: datetime) -> None:
    if at > now:
        raise RegistryError(f"A hand-over is a fact, not a plan: {at.isoformat()} is to come.")


def _end(holding: DeviceHolding, at: datetime) -> None:
    """End a holding at that time. One that had ended by then is left alone."""
    start, end = holding.period.lower, holding.period.upper
    if end is not None and end <= at:
        return
    if start >= at:
        raise RegistryError(
            f"Somebody holds the device since {start.isoformat()}: hand it over after that."
        )
    holding.period = DateTimeTZRange(start, at)
    holding.save(update_fields=["period"])


def _new_credential(
    kind: TokenKind, *, device: Device | None = None, gateway: Gateway | None = None, now: datetime
) -> str:
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


def _record(
    action: str, subject: Device | Gateway, now: datetime, by: Actor, **details: str
) -> None:
    kind = "gateway" if isinstance(subject, Gateway) else "device"
    record(
        action=action,
        subject_type=kind,
        subject_id=subject.pk,
        details={**details},
        at=now,
        by=by,
    )
