"""What came by the broker and could not be taken in: kept, looked at, driven again or left out.

Nothing may be stored of people who do not consent to care. So what a device sent that nobody who
consents ever held is not kept: it is counted, and its sender is told if it asked for an answer.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec
from django.db import transaction

from devices import authenticating, ingest
from devices.authenticating import Credential
from devices.ingesting.holders import open_book
from devices.ingesting.judging import NO_CONSENT
from devices.ingesting.results import Result
from devices.models import (
    AppGrant,
    DeadLetter,
    DeadLetterReason,
    DeadLetterResolution,
    Device,
)
from devices.mqtt.bodies import read
from devices.mqtt.messages import (
    HEAD,
    Letter,
    Message,
    Refused,
    letter,
    media_type,
    without_tokens,
)
from devices.wire import native
from devices.wire.batch import Batch
from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.hospitals.scope import Scope, acting_in

KEPT_FOR = timedelta(days=30)
LONGEST_TOPIC, LONGEST_DETAIL, LONGEST_NAME = 1000, 500, 100


class NotRedriven(ValueError):
    """A letter that stays where it is; the sentence says why."""


# --- keeping -----------------------------------------------------------------------------


def keep_message(
    message: Message,
    *,
    reason: DeadLetterReason,
    detail: str,
    credential: Credential | None,
    now: datetime,
) -> bool:
    """Keep a whole message; False when nothing may be kept of this sender. It has committed when
    this returns. Raises authenticating.Stale."""
    if credential and credential.device and not credential.device.somebody_consents:
        return False
    payload = without_tokens(message.payload)
    if credential is None:
        # Whoever may publish at all could fill our disk.
        payload = payload[:HEAD]
    row = _row(message, payload, message.content_type, reason, detail, credential, now)
    with acting_in(Scope.ingest()):
        _keep([row])
        if credential is not None:
            authenticating.confirm(credential, at=now)
    return True


def keep_items(
    message: Message,
    *,
    batch: Batch,
    results: Iterable[Result],
    content_type: str,
    credential: Credential,
    now: datetime,
) -> int:
    """Keep the rejected items of a message, each as a letter of its own; returns how many. They
    have committed when this returns. Raises authenticating.Stale."""
    rejected = [r for r in results if r.status == "rejected" and r.code != NO_CONSENT]
    if not rejected:
        return 0
    # A line of NDJSON by itself is a JSON document.
    kind = native.JSON if content_type == native.NDJSON else content_type
    with acting_in(Scope.ingest()):
        silent = _without_consent(batch, rejected, credential, now)
        rows = [
            _row(
                message,
                without_tokens(batch.text(r.index).encode("utf-8", "backslashreplace")),
                kind,
                DeadLetterReason.MALFORMED,
                r.detail or "",
                credential,
                now,
            )
            for r in rejected
            if r.index not in silent
        ]
        _keep(rows)
        authenticating.confirm(credential, at=now)
    return len(rows)


class _Named(msgspec.Struct):
    device: str = ""


def _without_consent(
    batch: Batch, rejected: Sequence[Result], credential: Credential, now: datetime
) -> set[int]:
    """Items of devices in the hands of people none of whom consents."""
    named = {r.index: batch[r.index].device or _serial(batch.text(r.index)) for r in rejected}
    serials = [serial for serial in named.values() if serial]
    book = open_book(credential=credential, serials=serials, received_at=now)
    silent = set()
    for index, serial in named.items():
        device = book.own or book.by_serial.get(serial)
        if device is not None and not device.somebody_consents:
            silent.add(index)
    return silent


def _serial(text: str) -> str:
    """The device that an item names although something else in it is malformed."""
    try:
        return msgspec.json.decode(text, type=_Named).device
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return ""


def _keep(rows: Sequence[DeadLetter]) -> None:
    # In one order, so that two deliveries of the same letters never wait for each other in a ring.
    rows = sorted(rows, key=lambda row: bytes(row.fingerprint))
    DeadLetter.objects.bulk_create(rows, ignore_conflicts=True)


def _row(
    message: Message,
    payload: bytes,
    content_type: str,
    reason: DeadLetterReason,
    detail: str,
    credential: Credential | None,
    now: datetime,
) -> DeadLetter:
    sender = str(credential.actor) if credential else ""
    marks = (sender, reason.value, content_type, message.encoding)
    whole = message.sha256 if reason != DeadLetterReason.MALFORMED else b""
    mark = hashlib.sha256("\x1f".join(marks).encode("utf-8", "replace") + b"\x1e")
    mark.update(whole + b"\x1e" + payload)
    return DeadLetter(
        topic=_text(message.topic, LONGEST_TOPIC),
        sender=sender,
        payload=payload,
        size=message.size,
        sha256=message.sha256,
        content_type=_text(content_type, LONGEST_NAME),
        encoding=_text(message.encoding, LONGEST_NAME),
        reason=reason,
        detail=_text(detail, LONGEST_DETAIL),
        received_at=now,
        fingerprint=mark.digest(),
    )


def _text(text: str, longest: int) -> str:
    """What PostgreSQL takes as text: what cannot be kept must not hold up what can."""
    clean = without_tokens(text.encode("utf-8", "replace")).decode()
    return clean.replace("\x00", "�")[:longest]


# --- what a person decides ---------------------------------------------------------------


@transaction.atomic
def redrive(*, letter_id: int, serial: str = "", now: datetime, by: Actor) -> list[Result]:
    """Take a letter in after all, as its sender; or as the device of `serial`, when nobody knows
    who sent it. Call it inside a scope of the system; readings count as received now.

    Raises:
        NotRedriven: there is no such letter, it is settled, it is not whole, no sender is known,
            or its items are rejected once more. Nothing was stored then.
    """
    kept = _open(letter_id)
    if not _is_whole(kept):
        raise NotRedriven(f"Letter {letter_id} is too large, or only its head was kept.")
    credential = _sender(kept, serial, now)
    try:
        opened = _letter_of(kept)
        batch = read(opened.body(), opened.media_type)
    except Refused as refused:
        raise NotRedriven(f"Letter {letter_id}: {refused.detail}") from None
    with acting_in(Scope.ingest()):
        results = ingest.take_in(batch, credential=credential, received_at=now)
    rejected = next((r for r in results if r.status == "rejected"), None)
    if rejected is not None:
        raise NotRedriven(f"Letter {letter_id}, item {rejected.index}: {rejected.detail}")
    _settle(kept, DeadLetterResolution.REDRIVEN, now=now, by=by)
    return results


@transaction.atomic
def dismiss(*, letter_id: int, now: datetime, by: Actor) -> None:
    """Leave a letter out for good. Raises NotRedriven when there is none that is open."""
    _settle(_open(letter_id), DeadLetterResolution.DISMISSED, now=now, by=by)


@transaction.atomic
def show(*, letter_id: int, now: datetime, by: Actor) -> DeadLetter:
    """A letter with its payload, which may be anybody's readings: looking leaves a record.
    Raises NotRedriven when there is none."""
    kept = DeadLetter.objects.filter(pk=letter_id).first()
    if kept is None:
        raise NotRedriven(f"There is no letter {letter_id}.")
    _record("shown", kept, now=now, by=by)
    return kept


@transaction.atomic
def erase_unclaimed(*, now: datetime, by: Actor) -> int:
    """Erase letters of more than 30 days ago, settled or not; returns how many."""
    erased, _ = DeadLetter.objects.filter(received_at__lt=now - KEPT_FOR).delete()
    if erased:
        record(
            action="devices.dead_letters_erased",
            subject_type="dead_letter",
            details={"letters": erased},
            at=now,
            by=by,
        )
    return erased


def _open(letter_id: int) -> DeadLetter:
    kept = DeadLetter.objects.select_for_update().filter(pk=letter_id).first()
    if kept is None:
        raise NotRedriven(f"There is no letter {letter_id}.")
    if kept.resolution:
        raise NotRedriven(f"Letter {letter_id} is {kept.get_resolution_display().lower()}.")
    return kept


def _is_whole(kept: DeadLetter) -> bool:
    if kept.reason == DeadLetterReason.TOO_LARGE:
        return False
    return kept.reason == DeadLetterReason.MALFORMED or kept.size <= HEAD or bool(kept.sender)


def _letter_of(kept: DeadLetter) -> Letter:
    payload = bytes(kept.payload)
    if kept.reason == DeadLetterReason.MALFORMED:
        return Letter("", media_type(kept.content_type), "", payload)
    try:
        return letter(_again(kept, payload))
    except Refused:
        # Published with its token beside the payload: there is no envelope.
        return Letter("", media_type(kept.content_type), kept.encoding, payload)


def _again(kept: DeadLetter, payload: bytes) -> Message:
    return Message(kept.topic, payload, len(payload), bytes(kept.sha256))


def _sender(kept: DeadLetter, serial: str, now: datetime) -> Credential:
    """Who sent it, with what they may post for now; a person says so where nobody knows."""
    if serial:
        device = Device.objects.filter(serial=serial, retired_at__isnull=True).first()
        if device is None:
            raise NotRedriven(f"There is no device {serial} in use.")
        return authenticating.as_device(device_id=device.pk, serial=device.serial, at=now)
    kind, _, number = kept.sender.partition(":")
    if kind == "device":
        device = Device.objects.get(pk=number)
        return authenticating.as_device(device_id=device.pk, serial=device.serial, at=now)
    if kind == "gateway":
        return authenticating.as_gateway(int(number))
    if kind == "app":
        grant = AppGrant.objects.get(pk=number)
        return authenticating.as_app(grant_id=grant.pk, member_id=grant.patient_id)
    raise NotRedriven(f"Nobody known sent letter {kept.pk}: say whose it is with --serial.")


def _settle(
    kept: DeadLetter, resolution: DeadLetterResolution, *, now: datetime, by: Actor
) -> None:
    kept.resolution, kept.resolved_at, kept.resolved_by = resolution, now, str(by)
    kept.save(update_fields=["resolution", "resolved_at", "resolved_by"])
    _record(resolution.value, kept, now=now, by=by)


def _record(what: str, kept: DeadLetter, *, now: datetime, by: Actor) -> None:
    record(
        action=f"devices.dead_letter_{what}",
        subject_type="dead_letter",
        subject_id=kept.pk,
        details={"reason": kept.reason},
        at=now,
        by=by,
    )
