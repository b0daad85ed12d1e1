"""The formats of `POST /api/v1/readings`: what reads a body, by its media type."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

import msgspec

from devices.wire import native
from devices.wire.batch import Batch, Entry
from devices.wire.fhir import reader as fhir
from devices.wire.openmhealth import reader as openmhealth

READERS: Mapping[str, Callable[[bytes], Batch]] = MappingProxyType(
    {
        native.JSON: partial(native.read, media_type=native.JSON),
        native.NDJSON: partial(native.read, media_type=native.NDJSON),
        fhir.MEDIA_TYPE: fhir.read,
        openmhealth.MEDIA_TYPE: openmhealth.read,
    }
)


def read_kept(payload: str) -> Entry:
    """What a kept item says, read again: its format shows in its shape. Several resources or data
    points that were kept together are one reading."""
    tree = msgspec.json.decode(payload)
    if isinstance(tree, dict) and "resourceType" in tree:
        return fhir.read(payload.encode(), kept=True)[0]
    if isinstance(tree, list) or (isinstance(tree, dict) and {"header", "body"} <= tree.keys()):
        return openmhealth.read(payload.encode())[0]
    return native.read_item(tree)
