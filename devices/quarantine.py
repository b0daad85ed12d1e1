"""What came in but cannot be true: kept whole, never lost, looked at by a person."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from devices.authenticating import Credential
from devices.ingesting.fingerprints import fingerprint
from devices.ingesting.judging import Held
from devices.models import QuarantineCode, QuarantinedItem
from devices.wire.batch import Batch
from healthcare.audit.actors import Actor
from healthcare.audit.recording import record

# Nobody claimed the device: what it sent is erased.
SEALED_FOR = timedelta(days=30)


def hold(
    held: Sequence[Held], *, items: Batch, credential: Credential, received_at: datetime
) -> dict[int, int]:
    """Keep these items. Returns the quarantine's id by index, of those whose person is known."""
    if not held:
        return {}
    rows = {
        item.index: _row(item, items.text(item.index), credential, received_at) for item in held
    }
    QuarantinedItem.objects.bulk_create(
        # In one order, so that two posts of the same items never wait for each other in a ring.
        sorted(rows.values(), key=lambda row: bytes(row.fingerprint)),
        ignore_conflicts=True,
    )
    kept = QuarantinedItem.objects.order_by().filter(
        fingerprint__in=[row.fingerprint for row in rows.values()], patient__isnull=False
    )
    ids = {bytes(mark): pk for mark, pk in kept.values_list("fingerprint", "pk")}
    marks = {i: bytes(row.fingerprint) for i, row in rows.items()}
    return {i: ids[mark] for i, mark in marks.items() if mark in ids}


def _row(
    item: Held, payload: str, credential: Credential, received_at: datetime
) -> QuarantinedItem:
    where = item.device_id or f"{credential.sender}:{item.serial}"
    return QuarantinedItem(
        patient_id=item.patient_id,
        device_id=item.device_id,
        gateway_id=credential.gateway_id,
        app_grant_id=credential.app_grant_id,
        sent_by_id=credential.member_id if credential.session_id is not None else None,
        serial=item.serial,
        kind=item.kind,
        code=item.code,
        detail=item.detail[:500],
        payload=payload,
        measured_at=item.measured_at,
        received_at=received_at,
        fingerprint=fingerprint(payload, where),
    )


@transaction.atomic
def erase_unclaimed(*, now: datetime, by: Actor) -> int:
    """Erase what devices that nobody registered sent more than 30 days ago; returns how many."""
    erased, _ = QuarantinedItem.objects.filter(
        code=QuarantineCode.UNKNOWN_DEVICE, resolution="", received_at__lt=now - SEALED_FOR
    ).delete()
    if erased:
        record(
            action="devices.unclaimed_erased",
            subject_type="quarantine",
            details={"items": erased},
            at=now,
            by=by,
        )
    return erased
