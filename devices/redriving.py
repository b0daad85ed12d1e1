"""Items of quarantine that lacked a device or a holder, asked again once there is one."""

from datetime import datetime

from django.db.models import Q

from devices import authenticating, ingest
from devices.authenticating import Credential
from devices.ingesting.judging import CLOCK_AHEAD
from devices.ingesting.results import Result
from devices.models import Device, QuarantineCode, QuarantinedItem, Resolution
from devices.wire.batch import Batch
from devices.wire.formats import read_kept
from healthcare.audit.actors import task
from healthcare.hospitals.scope import Scope, acting_in

BY = task("devices.redriving")
WAITING_FOR_A_HOLDER = (QuarantineCode.UNKNOWN_USER, QuarantineCode.BEFORE_HAND_OVER)


def release(*, device: Device, now: datetime) -> int:
    """Ask again what waits for this device or for a holder of it; returns how many were stored.

    What is released counts as received now: an old crisis value shows as late and rings nobody.
    What still cannot be stored stays where it is.
    """
    waiting = QuarantinedItem.objects.select_for_update(of=("self",)).filter(
        Q(serial=device.serial, code=QuarantineCode.UNKNOWN_DEVICE)
        | Q(device=device, code__in=WAITING_FOR_A_HOLDER),
        resolution="",
    )
    released = 0
    for item in waiting.order_by("received_at", "pk"):
        ahead = item.measured_at and item.measured_at - item.received_at > CLOCK_AHEAD
        if ahead or _ask_again(item, device, now).status not in ("accepted", "duplicate"):
            continue
        item.resolution = Resolution.RELEASED
        item.resolved_at = now
        item.resolved_by = str(BY)
        item.save(update_fields=["resolution", "resolved_at", "resolved_by"])
        released += 1
    return released


def _ask_again(item: QuarantinedItem, device: Device, now: datetime) -> Result:
    entry = read_kept(item.payload)
    batch = Batch([entry], lambda _: item.payload, bare=True)
    sender = _sender(item, device, now)
    with acting_in(Scope.ingest()):
        return ingest.take_in(batch, credential=sender, received_at=now)[0]


def _sender(item: QuarantinedItem, device: Device, now: datetime) -> Credential:
    """Who sent it, with what they may post for now and no more."""
    if item.gateway_id is not None:
        return authenticating.as_gateway(item.gateway_id)
    if item.app_grant is not None:
        grant = item.app_grant
        return authenticating.as_app(grant_id=grant.pk, member_id=grant.patient_id)
    if item.sent_by_id is not None:
        return authenticating.as_member(item.sent_by_id)
    return authenticating.as_device(device_id=device.pk, serial=device.serial, at=now)
