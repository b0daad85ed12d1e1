"""FHIR and Open mHealth bodies in the OpenAPI description: what is read of them here, by name.

The whole shapes are HL7's and Open mHealth's; docs/formats/ tells what of them counts.
"""

from typing import Any

from devices.wire.fhir import reader as fhir
from devices.wire.openmhealth import reader as openmhealth

_TEXT = {"type": "string"}
_OBSERVATION = {
    "type": "object",
    "description": "A FHIR R4 Observation: https://hl7.org/fhir/R4/observation.html",
    "required": ["resourceType", "status", "code"],
    "properties": {
        "resourceType": {"const": "Observation"},
        "status": {"enum": ["final", "amended", "corrected"]},
        "code": {"type": "object"},
        "effectiveDateTime": {"type": "string", "format": "date-time"},
        "effectivePeriod": {"type": "object"},
        "valueQuantity": {"type": "object"},
        "component": {"type": "array", "items": {"type": "object"}},
    },
}
_BUNDLE = {
    "type": "object",
    "description": "A batch (each entry for itself) or a transaction (all of them or none).",
    "required": ["resourceType", "type"],
    "properties": {
        "resourceType": {"const": "Bundle"},
        "type": {"enum": ["batch", "transaction"]},
        "entry": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["resource"],
                "properties": {"fullUrl": _TEXT, "resource": _OBSERVATION},
            },
        },
    },
}
_POINT = {
    "type": "object",
    "description": "A data point of Open mHealth or IEEE 1752.1.",
    "required": ["header", "body"],
    "properties": {
        "header": {
            "type": "object",
            "required": ["schema_id"],
            "properties": {
                "schema_id": {
                    "type": "object",
                    "required": ["namespace", "name", "version"],
                    "properties": dict.fromkeys(("namespace", "name", "version"), _TEXT),
                },
                "device": _TEXT,
                "user_slot": {"type": "integer", "minimum": 0, "maximum": 255},
            },
        },
        "body": {"type": "object"},
    },
}

BODIES: dict[str, dict[str, Any]] = {
    fhir.MEDIA_TYPE: {"oneOf": [_OBSERVATION, _BUNDLE]},
    openmhealth.MEDIA_TYPE: {"oneOf": [_POINT, {"type": "array", "items": _POINT}]},
}
