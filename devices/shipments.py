"""A shipment of devices as a CSV file, taken in whole or not at all: docs/device-life.md.

Every line ends in one outcome, and the outcomes add up to the lines. The same file twice changes
nothing. What is new gets its key and the code for its box, which are written out once.
"""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from devices.claiming import new_code
from devices.kinds.known import KINDS
from devices.models import Device, DeviceClaimCode, DeviceCredential, ValidationStatus
from healthcare.accounts.credentials import new_token
from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.subscribers.loading import cells
from healthcare.subscribers.loading.cells import BadCell, Setting
from healthcare.subscribers.loading.columns import Column
from healthcare.subscribers.loading.reading import opened

OUTCOMES = ("created", "updated", "unchanged", "rejected")
COLUMNS = tuple(
    Column(name, cells.text, "key", required=name in ("serial", "kind"))
    for name in (
        "serial",
        "kind",
        "lot",
        "model",
        "firmware",
        "validation",
        "validation_list",
        "validation_as_of",
    )
)
CHUNK = 1000
FIELDS = ("lot", "model", "firmware", "validation", "validation_list", "validation_as_of")


@dataclass(frozen=True, slots=True)
class Reject:
    """A line that was not taken in: which, the column, why and the cure."""

    line: int
    serial: str
    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Secrets:
    """What is written out once of a new device: for its memory, and for its box."""

    serial: str
    token: str
    claim_code: str


@dataclass(slots=True)
class Shipment:
    """What became of a file."""

    rows: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)
    secrets: list[Secrets] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Line:
    """One line that can be read. `said` are the fields of a device that the file speaks of."""

    line: int
    serial: str
    kind: str
    said: dict[str, object]


@transaction.atomic
def take_in(
    *,
    path: Path,
    encoding: str | None = None,
    keep: Callable[[Iterable[Secrets]], None],
    today: date,
    now: datetime,
    by: Actor,
) -> Shipment:
    """Take a file in. `keep` writes the secrets of new devices; when it fails, nothing is taken in.

    Raises:
        FileRefused: the file as a whole cannot be read; nothing was taken in.
    """
    shipment = Shipment()
    lines: list[_Line] = []
    seen: dict[str, int] = {}
    setting = Setting("JP", today)
    with opened(path, encoding=encoding, columns=COLUMNS) as file:
        for number, record_ in file.records():
            shipment.rows += 1
            try:
                line = _read(number, record_, file.header, file.positions, setting)
                if line.serial in seen:
                    raise _Bad(
                        "serial",
                        f"{line.serial} stands on line {seen[line.serial]} already: take one out.",
                    )
            except _Bad as bad:
                _reject(shipment, number, _cell(record_, file.positions, "serial"), bad)
                continue
            seen[line.serial] = number
            lines.append(line)
    for start in range(0, len(lines), CHUNK):
        _store(shipment, lines[start : start + CHUNK], now)
    keep(shipment.secrets)
    record(
        action="devices.shipment_imported",
        subject_type="device",
        details={
            "file": path.name,
            "rows": shipment.rows,
            "outcomes": {name: shipment.counts[name] for name in OUTCOMES},
        },
        at=now,
        by=by,
    )
    return shipment


def rejects_csv(rejects: Iterable[Reject]) -> str:
    """The lines to correct, as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["line", "serial", "field", "text"])
    for one in rejects:
        writer.writerow([one.line, cells.escaped(one.serial), one.field, one.text])
    return out.getvalue()


def secrets_csv(found: Iterable[Secrets]) -> str:
    """Keys and codes of new devices, as CSV: a secret, to be deleted when it was printed."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["serial", "token", "claim_code"])
    writer.writerows((cells.escaped(one.serial), one.token, one.claim_code) for one in found)
    return out.getvalue()


class _Bad(ValueError):
    def __init__(self, field_: str, text: str) -> None:
        super().__init__(text)
        self.field = field_


def _cell(record_: list[str], positions: dict[str, int], name: str) -> str:
    place = positions.get(name)
    return record_[place] if place is not None and place < len(record_) else ""


def _reject(shipment: Shipment, number: int, serial: str, bad: _Bad) -> None:
    shipment.counts["rejected"] += 1
    shown = "".join(c for c in serial if c.isprintable())[:80]
    shipment.rejects.append(Reject(number, shown, bad.field, str(bad)))


def _read(
    number: int,
    record_: list[str],
    header: tuple[str, ...],
    positions: dict[str, int],
    setting: Setting,
) -> _Line:
    if len(record_) != len(header):
        raise _Bad("", f"{len(record_)} cells where the header has {len(header)}: add or take out.")
    said: dict[str, str] = {}
    for name in positions:
        try:
            said[name] = cells.text(cells.unescaped(_cell(record_, positions, name)), setting)
        except BadCell as bad:
            raise _Bad(name, str(bad)) from None
    if not said["serial"]:
        raise _Bad("serial", "is empty: write the serial on the device's label.")
    if said["kind"] not in KINDS:
        raise _Bad("kind", f"{said['kind'][:40]!r} is none of {', '.join(KINDS)}.")
    fields: dict[str, object] = {
        name: said[name] for name in ("lot", "model", "firmware") if name in said
    }
    if "validation" in said:
        fields |= _validation(said, setting)
    return _Line(number, said["serial"], said["kind"], fields)


def _validation(said: dict[str, str], setting: Setting) -> dict[str, object]:
    status = said["validation"] or ValidationStatus.UNKNOWN.value
    if status not in ValidationStatus.values:
        known = ", ".join(ValidationStatus.values)
        raise _Bad("validation", f"{status[:40]!r} is none of {known}.")
    name, day = said.get("validation_list", ""), said.get("validation_as_of", "")
    if status != ValidationStatus.UNKNOWN and not name:
        raise _Bad("validation_list", f"{status} on which list? Name it, like STRIDE BP.")
    try:
        as_of = date.fromisoformat(cells.past_date(day, setting)) if day else None
    except BadCell as bad:
        raise _Bad("validation_as_of", str(bad)) from None
    return {
        "validation": status,
        "validation_list": name,
        "validation_as_of": as_of,
    }


def _store(shipment: Shipment, lines: list[_Line], now: datetime) -> None:
    known = {
        device.serial: device
        for device in Device.objects.select_for_update()
        .filter(serial__in=[line.serial for line in lines])
        .order_by("pk")
    }
    fresh = [line for line in lines if line.serial not in known]
    for line in lines:
        device = known.get(line.serial)
        if device is not None:
            _update(shipment, line, device)
    made = Device.objects.bulk_create(
        Device(serial=line.serial, kind=line.kind, registered_at=now, **line.said) for line in fresh
    )
    keys, codes = [], []
    for device in made:
        token, code = new_token("d"), new_code()
        keys.append(
            DeviceCredential(
                device=device, place=1, prefix=token.prefix, hash=token.hash, created_at=now
            )
        )
        codes.append(DeviceClaimCode(device=device, hash=code.hash, made_at=now))
        shipment.secrets.append(Secrets(device.serial, token.text, code.text))
    DeviceCredential.objects.bulk_create(keys)
    DeviceClaimCode.objects.bulk_create(codes)
    shipment.counts["created"] += len(made)


def _update(shipment: Shipment, line: _Line, device: Device) -> None:
    if device.kind != line.kind:
        text = f"{line.serial} is registered as {device.kind}: correct the line or the serial."
        _reject(shipment, line.line, line.serial, _Bad("kind", text))
        return
    changed = [name for name, value in line.said.items() if getattr(device, name) != value]
    for name in changed:
        setattr(device, name, line.said[name])
    if changed:
        device.save(update_fields=changed)
    shipment.counts["updated" if changed else "unchanged"] += 1
