"""The devices that stand for archives: one a person, kind and source."""

import hashlib

PREFIX = "archive:"


def serial_of(*, source: str, label: str, kind: str, patient_id: int) -> str:
    """The serial under which readings of that source are stored.

    `label` is what the file calls the device or app. People name their watches after themselves,
    and devices say nothing about people: a few letters of its hash stand for it.
    """
    mark = f".{hashlib.sha256(label.encode()).hexdigest()[:12]}" if label else ""
    return f"{PREFIX}{source}{mark}:{kind}:{patient_id}"


def is_archive(serial: str) -> bool:
    """Whether what was sent under this serial came from an archive."""
    return serial.startswith(PREFIX)
