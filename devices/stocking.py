"""Devices in stock, and the one that takes another's place.

A device in stock is registered and nobody's: it has its key from the factory, a code on its box,
and says nothing about people until somebody claims it (`devices.claiming`) or it is handed over.
"""

import datetime as dates
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from devices import redriving
from devices.handing_over import held_now
from devices.models import Device, DeviceHolding, ValidationStatus
from devices.registry import (
    Registered,
    RegistryError,
    create_device,
    living,
    new_credential,
    note,
    retire,
)
from healthcare.audit.actors import Actor


@dataclass(frozen=True, slots=True)
class Validation:
    """Whether the model stands on a list of clinically validated devices, on which, as of when."""

    status: ValidationStatus = ValidationStatus.UNKNOWN
    list_name: str = ""
    as_of: dates.date | None = None


@transaction.atomic
def stock(
    *,
    kind: str,
    serial: str,
    model: str = "",
    firmware: str = "",
    lot: str = "",
    validation: Validation | None = None,
    now: datetime,
    by: Actor,
) -> Registered:
    """Register a device that lies in stock: nobody's, with a key.

    Raises:
        RegistryError: the serial is empty or known.
    """
    listed = validation or Validation()
    said = {
        "model": model,
        "firmware": firmware,
        "lot": lot,
        "validation": listed.status,
        "validation_list": listed.list_name,
        "validation_as_of": listed.as_of,
    }
    device = create_device(kind, serial, said, now)
    token = new_credential("d", device=device, now=now)
    note("devices.stocked", device, now, by, kind=kind)
    return Registered(device, token)


@transaction.atomic
def replace(*, serial: str, by_serial: str, now: datetime, by: Actor) -> tuple[Device, str]:
    """The device is retired, and another continues for the same people and slots from now on.
    Returns the new one, and its key when it had to be registered (else the empty text).

    Raises:
        RegistryError: no such device, or the other one is in somebody's hands or of another kind.
    """
    old = living(serial)
    new = Device.objects.select_for_update().filter(serial=by_serial.strip()).first()
    token = ""  # nosec B105 # none yet
    if new is None:
        made = stock(kind=old.kind, serial=by_serial, now=now, by=by)
        new, token = made.device, made.token
    if new.pk == old.pk or new.kind != old.kind or new.retired_at is not None:
        raise RegistryError(f"{by_serial} cannot take the place of {serial}: name one of its kind.")
    if held_now(new):
        raise RegistryError(f"{by_serial} is in somebody's hands: name a device in stock.")
    for holding in held_now(old):
        DeviceHolding.objects.create(
            device=new,
            patient=holding.patient,
            user_slot=holding.user_slot,
            period=DateTimeTZRange(now, None),
        )
    new.timezone = old.timezone
    new.save(update_fields=["timezone"])
    retire(serial=serial, now=now, by=by)
    note("devices.replaced", old, now, by, replaced_by=new.serial)
    redriving.release(device=new, now=now)
    return new, token
