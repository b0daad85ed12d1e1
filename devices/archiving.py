"""Archives that a member or a hospital brings: taken in through the one way in, a chunk a time.

Each chunk is one transaction of `devices.receiving`, so whatever ends an import in its middle, the
same file again ends where one run would have: what was stored is answered as `duplicate`.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from devices import receiving
from devices.archives import formats, lines
from devices.archives.clocks import NoTime, zone_of
from devices.archives.found import Found, Refused
from devices.archives.serials import serial_of
from devices.authenticating import Credential
from devices.held import Holding, KnownDevice
from devices.ingesting.results import STATUSES, Result
from devices.kinds.reading import Malformed
from devices.models import Device, DeviceHolding
from devices.wire.batch import Batch, Entry
from devices.wire.native import read_item
from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.models import Consent, Patient, Purpose

CHUNK = 1_000
# A person's archive is theirs from its beginning; before this no app kept any. It also bounds how
# many months can need a partition.
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
MOST_DEVICES = 50
ATTEMPTS = 3
NO_TOKEN = ""  # nosec B105 # none: an archive is found by its person
Reject = Callable[[str], object]
Progress = Callable[[int], object]


class ArchiveRefused(ValueError):
    """The archive cannot be taken in; the sentence names the place and the cure."""


@dataclass(slots=True)
class Brought:
    """What became of an archive. `counts` has every status and adds up to `readings`; `notes` says
    how many of what was passed over or assumed."""

    format: str
    timezone: str
    readings: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    devices: list[str] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)


def bring(
    *,
    path: Path,
    patient_id: int,
    scope: Scope,
    format: str | None = None,
    timezone: str | None = None,
    dry_run: bool = False,
    reject: Reject = lambda _: None,
    progress: Progress = lambda _: None,
    now: datetime,
    by: Actor,
) -> Brought:
    """Take in an archive for one person. Call it outside of a scope: it opens `scope`, which covers
    the person and may register devices, for each step by itself.

    Args:
        format: a name of `formats.FORMATS`; None is known from the content.
        timezone: of times without an offset; None is the person's.
        dry_run: everything happens, and is undone.
        reject: gets each rejected reading as a line that can be corrected and brought again.
        progress: gets how many readings were read so far.

    Raises:
        ArchiveRefused: no such person, no consent to care, no such format, a damaged file. What
            was stored of the file before the damage stays; bring it again whole.
    """
    with _rehearsal(dry_run):
        zone = _zone(patient_id, timezone, scope=scope, now=now)
        try:
            archive = formats.opened(path, format=format)
            brought = Brought(archive.format.name, zone.key)
            with acting_in(scope):
                _record("devices.archive_begun", patient_id, brought, now, by)
            taking = _Taking(patient_id, brought, reject, scope, now, by)
            for found in archive.readings(zone, brought.notes):
                taking.add(found)
                progress(brought.readings)
            taking.finish()
        except Refused as error:
            raise ArchiveRefused(str(error)) from error
        brought.notes = +brought.notes
        with acting_in(scope):
            _record("devices.archive_brought", patient_id, brought, now, by)
    return brought


@contextmanager
def _rehearsal(dry_run: bool) -> Iterator[None]:
    if not dry_run:
        yield
        return
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _zone(patient_id: int, timezone: str | None, *, scope: Scope, now: datetime) -> ZoneInfo:
    with acting_in(scope):
        patient = Patient.objects.filter(pk=patient_id).first()
        consents = _consents(patient_id, now)
    if patient is None:
        raise ArchiveRefused(f"There is no patient {patient_id}.")
    if not consents:
        raise ArchiveRefused(
            f"Patient {patient_id} does not consent to care: record the consent first."
        )
    try:
        return zone_of(timezone or patient.timezone)
    except NoTime as error:
        raise ArchiveRefused(str(error)) from error


def _consents(patient_id: int, now: datetime) -> bool:
    return Consent.objects.filter(
        patient_id=patient_id,
        purpose=Purpose.CARE,
        period__contains=now,
        period__upper_inf=True,
    ).exists()


class _Taking:
    """One archive on its way in. What waits is bounded: `CHUNK` for each of `MOST_DEVICES`."""

    def __init__(
        self,
        patient_id: int,
        brought: Brought,
        reject: Reject,
        scope: Scope,
        now: datetime,
        by: Actor,
    ) -> None:
        self._patient_id, self._brought, self._reject = patient_id, brought, reject
        self._scope, self._now, self._by = scope, now, by
        self._waiting: dict[str, list[tuple[Found, Entry]]] = defaultdict(list)

    def add(self, found: Found) -> None:
        """Take one reading in with the next chunk of its device."""
        self._brought.readings += 1
        if found.problem:
            self._rejected(found, found.problem)
            return
        entry = read_item(found.item)
        if isinstance(entry.says, Malformed):
            name = f"{entry.says.field}: " if entry.says.field else ""
            self._rejected(found, f"{name}{entry.says}")
            return
        serial = self._serial(found, entry.says.kind)
        waiting = self._waiting[serial]
        waiting.append((found, entry))
        if len(waiting) == CHUNK:
            self._store(serial)

    def finish(self) -> None:
        """Store what still waits."""
        for serial in list(self._waiting):
            self._store(serial)

    def _serial(self, found: Found, kind: str) -> str:
        serial = serial_of(
            source=found.source, label=found.label, kind=kind, patient_id=self._patient_id
        )
        if serial not in self._brought.devices:
            if len(self._brought.devices) == MOST_DEVICES:
                raise Refused(
                    f"{found.place}: readings of more than {MOST_DEVICES} devices: nobody has so"
                    " many. What stands before it is taken in."
                )
            self._brought.devices.append(serial)
            with acting_in(self._scope):
                _ensure(serial, found.model, kind, self._patient_id, self._now, self._by)
        return serial

    def _store(self, serial: str) -> None:
        waiting = self._waiting.pop(serial)
        texts = [msgspec.json.encode(found.item).decode() for found, _ in waiting]
        batch = Batch([entry for _, entry in waiting], texts.__getitem__)
        for result in self._received(batch, serial):
            self._brought.counts[result.status] += 1
            if result.status == "rejected":
                self._reject(lines.rejected(waiting[result.index][0], result.detail or ""))

    def _received(self, batch: Batch, serial: str) -> list[Result]:
        for _ in range(ATTEMPTS):
            with acting_in(self._scope):
                credential = _credential(serial, self._patient_id, self._now)
            # There is no token to find it by again: when a holder or a consent changed meanwhile
            # the answer is None, and it is made anew.
            results = receiving.receive(batch, credential=credential, token=NO_TOKEN)
            if results is not None:
                return results
        raise Refused("The person's consent or devices keep changing: bring the file again.")

    def _rejected(self, found: Found, why: str) -> None:
        self._brought.counts["rejected"] += 1
        self._reject(lines.rejected(found, why))


def _ensure(serial: str, model: str, kind: str, patient_id: int, now: datetime, by: Actor) -> None:
    """The device that stands for this source, in the person's hands from the beginning on."""
    device, created = Device.objects.get_or_create(
        serial=serial, defaults={"kind": kind, "model": model, "registered_at": now}
    )
    if not created:
        return
    DeviceHolding.objects.create(
        device=device, patient_id=patient_id, period=DateTimeTZRange(BEGINNING, None)
    )
    record(
        action="devices.archive_device_made",
        subject_type="device",
        subject_id=device.pk,
        patient_id=patient_id,
        details={"kind": kind},
        at=now,
        by=by,
    )


def _credential(serial: str, patient_id: int, now: datetime) -> Credential:
    """An archive has no key: who brings it was asked at the door."""
    device = Device.objects.get(serial=serial)
    holdings = DeviceHolding.objects.filter(device=device)
    held = [(holding.patient_id, holding.period.upper) for holding in holdings]
    if held != [(patient_id, None)] or device.retired_at is not None:
        raise Refused(
            f"The device {serial} stands for the archive of patient {patient_id}, but it was"
            " retired or handed on: an administrator has to look."
        )
    holding = Holding(patient_id, None, BEGINNING, None, _consents(patient_id, now))
    return Credential(
        device.actor, KnownDevice(device.pk, [holding]), serial, version=device.version
    )


def _record(action: str, patient_id: int, brought: Brought, now: datetime, by: Actor) -> None:
    # No name of a file: people name files after people.
    counts: dict[str, int] = {status: brought.counts[status] for status in STATUSES}
    record(
        action=action,
        subject_type="archive",
        patient_id=patient_id,
        details={"format": brought.format, "counts": counts},
        at=now,
        by=by,
    )
