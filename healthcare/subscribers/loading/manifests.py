"""The manifest of a file: what the operator declares of it, as JSON beside it.

    {"manifest": 1, "sequence": 42, "extracted_at": "2026-11-24T21:00:00+09:00",
     "transfer_basis": "entrustment contract of 1 April 2026, article 5",
     "file": {"sha256": "9f2c...", "rows": 2000},
     "counts": {"tariff": {"S": 1203, "M": 797}},
     "totals": {"price_override": 12300}}

`counts` are rows by value of a column, `totals` sums of a column in the unit of its cells. Both
are of all rows of the file, also of those that will be rejected.
"""

from datetime import datetime
from typing import Annotated, Literal, get_args

import msgspec

from healthcare.subscribers.loading.refusing import ManifestRefused

Counted = Literal["tariff", "package", "sex", "language", "prefecture"]
Summed = Literal["trial_days_left", "price_override"]
COUNTED: tuple[Counted, ...] = get_args(Counted)
SUMMED: tuple[Summed, ...] = get_args(Summed)
LARGEST = 1 << 20

# Some 9 billion rows and sums of 62 bits; a number beyond is a mistake.
_Rows = Annotated[int, msgspec.Meta(ge=0, lt=1 << 33)]
_Sum = Annotated[int, msgspec.Meta(gt=-(1 << 62), lt=1 << 62)]
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=r"\S")]


class DeclaredFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file as it is sent: packed, if it is sent packed."""

    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-fA-F]{64}$")]
    rows: _Rows


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is declared of one file."""

    manifest: Literal[1]
    sequence: Annotated[int, msgspec.Meta(ge=1, lt=1 << 31)]
    extracted_at: Annotated[datetime, msgspec.Meta(tz=True)]
    transfer_basis: _Text
    file: DeclaredFile
    counts: dict[Counted, dict[str, _Rows]] = {}
    totals: dict[Summed, _Sum] = {}


def read(content: bytes) -> Manifest:
    """Read a manifest.

    Raises:
        ManifestRefused: it is none; the message names the place.
    """
    if len(content) > LARGEST:
        raise ManifestRefused(f"The manifest is larger than {LARGEST:,} bytes: is this the file?")
    try:
        return msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"), type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ManifestRefused(
            f"The manifest cannot be read: {error}. docs/formats/subscribers.md shows one."
        ) from error


def from_stored(stored: object) -> Manifest:
    """The manifest that a batch keeps."""
    return msgspec.convert(stored, Manifest)


def to_store(manifest: Manifest) -> object:
    """As a batch keeps it."""
    return msgspec.to_builtins(manifest)


def confirm(manifest: Manifest, *, sha256: str, now: datetime) -> None:
    """The file is the one that the manifest is of.

    Raises:
        ManifestRefused: its fingerprint is another, or it is from the future.
    """
    if manifest.file.sha256.lower() != sha256:
        raise ManifestRefused(
            f"The manifest is of another file: it declares SHA-256 {manifest.file.sha256.lower()},"
            f" this file has {sha256}. Was it cut off on its way? Send both again."
        )
    if manifest.extracted_at > now:
        raise ManifestRefused(
            f"The manifest says the file was extracted at {manifest.extracted_at.isoformat()},"
            " which is still to come: correct its clock or its time zone."
        )
