"""The JSON of stored readings and devices."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from rest_framework import serializers

from devices.kinds.known import KINDS, Kind
from devices.models import DeviceHolding

REF = "#/components/schemas/{name}"
READING = "StoredReading"
_TEXT = {"type": "string"}
_TIME = {"type": "string", "format": "date-time"}
_IDENTITY = {
    "type": "object",
    "description": "names a stored reading of the same person and kind; its time is UTC",
    "properties": {"device": _TEXT, "at": _TIME, "id": _TEXT},
    "required": ["device", "at", "id"],
}

SAME_AS = "the reading that this one repeats by another road; it is used nowhere"


def reading(row: Any, kind: Kind) -> dict[str, Any]:
    """A stored row, in the names of the item that a device sends. `row` has its device."""
    return {
        "kind": kind.name,
        "device": row.device.serial,
        "id": row.device_reading_id,
        **msgspec.to_builtins(kind.answer(row)),
        "user_slot": row.user_slot,
        "received_at": row.received_at.isoformat(),
        "same_as": row.same_as and {**row.same_as, "at": _utc(row.same_as["at"])},
    }


def _utc(time: datetime) -> str:
    return time.astimezone(UTC).isoformat()


def schemas_of_readings() -> dict[str, Any]:
    """The components of the OpenAPI description: one a kind, by its own type, and all of them."""
    shapes = {kind.name: kind.shape for kind in KINDS.values()}
    _, schemas = msgspec.json.schema_components(list(shapes.values()), ref_template=REF)
    for name, shape in shapes.items():
        schema = schemas[shape.__name__]
        around = {
            "kind": {"const": name},
            "device": {**_TEXT, "description": "its serial"},
            "id": {**_TEXT, "description": "the device's own, or empty"},
        }
        after = {
            "user_slot": {"type": ["integer", "null"]},
            "received_at": _TIME,
            "same_as": {"anyOf": [_IDENTITY, {"type": "null"}], "description": SAME_AS},
        }
        schema["properties"] = {**around, **schema["properties"], **after}
        schema["required"] = list(schema["properties"])
    refs = [{"$ref": REF.format(name=shape.__name__)} for shape in shapes.values()]
    schemas[READING] = {"oneOf": refs}
    return schemas


class DeviceShape(serializers.Serializer[DeviceHolding]):
    """A device in somebody's hands."""

    serial = serializers.CharField(source="device.serial")
    kind = serializers.ChoiceField(source="device.kind", choices=list(KINDS))
    model = serializers.CharField(source="device.model")
    patient = serializers.IntegerField(source="patient_id")
    user_slot = serializers.IntegerField(allow_null=True)
    since = serializers.DateTimeField(source="period.lower")
