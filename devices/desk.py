"""The devices of an operator's subscribers, as its staff may know them: how each is, never what it
measured nor whose it is.

Which device somebody holds is health data, so an operator's scope covers no holder. That the staff
are that operator's was asked by their door; what leaves here is the end of a serial and the lot, by
which a shipment's list is searched, and counts.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from devices.clocks import Drift
from devices.models import Device
from devices.status import drift_of
from healthcare.hospitals.scope import Scope, acting_in, current

MOST = 500
ENDING = 4


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One device. `held`: items of it that wait in quarantine, without a word of what they say."""

    ending: str  # the last four characters of its serial
    kind: str
    lot: str
    firmware: str
    validation: str
    validation_list: str
    users: int
    last_seen_at: datetime | None
    battery: int | None
    drift: Drift | None
    held: int


def devices_of_operator(*, silent_days: int | None, now: datetime) -> list[DeskRow]:
    """Devices in the hands of this operator's subscribers, the longest silent first; with
    `silent_days` only those that were not heard for so long. Call it in the operator's scope; in
    any other there are none."""
    operator_id = current().operator_id
    if current().kind != "operator" or operator_id is None:
        return []
    with acting_in(Scope.system("the device desk of an operator: no person, no value")):
        held_now = Q(holdings__period__contains=now)
        rows = Device.objects.filter(
            held_now,
            holdings__patient__contracts__operator_id=operator_id,
            holdings__patient__contracts__ended_on=None,
            retired_at=None,
        )
        if silent_days is not None:
            since = now - timedelta(days=silent_days)
            rows = rows.filter(Q(status=None) | Q(status__last_seen_at__lt=since))
        ids = rows.values("pk")
        found = (
            Device.objects.filter(pk__in=ids)
            .select_related("status")
            .annotate(
                users=Count("holdings__patient", filter=held_now, distinct=True),
                held=Count(
                    "quarantined_items",
                    filter=Q(quarantined_items__resolution=""),
                    distinct=True,
                ),
            )
            .order_by("status__last_seen_at", "serial")[:MOST]
        )
        return [_row(device) for device in found]


def _row(device: Device) -> DeskRow:
    status = getattr(device, "status", None)
    return DeskRow(
        ending=device.serial[-ENDING:],
        kind=device.kind,
        lot=device.lot,
        firmware=(status.firmware if status else "") or device.firmware,
        validation=device.get_validation_display(),
        validation_list=device.validation_list,
        users=device.users,  # type: ignore[attr-defined]
        last_seen_at=status.last_seen_at if status else None,
        battery=status.battery if status else None,
        drift=drift_of(status),
        held=device.held,  # type: ignore[attr-defined]
    )
