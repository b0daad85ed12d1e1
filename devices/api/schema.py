"""`POST /api/v1/readings` in the OpenAPI description.

The view is a plain one, which drf-spectacular does not see; its items are described by the very
types that decode them.
"""

from typing import Any

import msgspec

from devices.api.oauth import FORM
from devices.api.shapes import REF, schemas_of_readings
from devices.api.standards import BODIES
from devices.ingesting.results import STATUSES, Result
from devices.wire.native import ITEMS, JSON, NDJSON

PATH = "/api/v1/readings"
SECURITY = "deviceToken"
TOKEN_FIELDS = ("code", "redirect_uri", "code_verifier", "refresh_token")
OAUTH = {
    "token": (
        "A member's app exchanges its code, or refreshes its token (RFC 6749, 7636).",
        ["grant_type", "client_id", *TOKEN_FIELDS],
    ),
    "revoke": ("A member's app signs itself off (RFC 7009).", ["client_id", "token"]),
}


def describe_readings(
    result: dict[str, Any], generator: Any, request: Any, public: bool
) -> dict[str, Any]:
    """Postprocessing hook of drf-spectacular: add the path and what it speaks."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {}).update(_schemas() | schemas_of_readings())
    components.setdefault("securitySchemes", {})[SECURITY] = {
        "type": "http",
        "scheme": "bearer",
        "description": "The token of a device, a gateway or a member's app (scope readings.write).",
    }
    paths = result.setdefault("paths", {})
    paths[PATH] = {"post": _operation()}
    paths |= {f"/api/v1/oauth/{name}": {"post": _oauth(name)} for name in OAUTH}
    return result


def _oauth(name: str) -> dict[str, Any]:
    words, fields = OAUTH[name]
    text = {"type": "string"}
    form = {"type": "object", "properties": dict.fromkeys(fields, text), "required": fields[:2]}
    answer = {"application/json": {"schema": {"type": "object", "additionalProperties": True}}}
    return {
        "operationId": f"oauth_{name}",
        "description": words,
        "tags": ["oauth"],
        "security": [],
        "requestBody": {"required": True, "content": {FORM: {"schema": form}}},
        "responses": {
            "200": {"description": "Done.", "content": answer},
            "400": {"description": "Refused; `error` says why.", "content": answer},
        },
    }


def _schemas() -> dict[str, Any]:
    shapes = [shape for shape, _ in ITEMS.values()]
    _, schemas = msgspec.json.schema_components([*shapes, Result], ref_template=REF)
    for kind, (shape, _) in ITEMS.items():
        item = schemas[shape.__name__]
        item["properties"] = {"kind": {"const": kind}, **item["properties"]}
        item["required"] = ["kind", *item["required"]]
    items = [{"$ref": REF.format(name=shape.__name__)} for shape in shapes]
    count = {"type": "integer", "minimum": 0}
    schemas["ReadingItem"] = {"oneOf": items}
    schemas["ReadingColumns"] = {
        "type": "object",
        "description": "Parallel lists under the items' names; null stands for absent.",
        "required": ["kind", "columns"],
        "properties": {
            "kind": {"enum": list(ITEMS)},
            "columns": {"type": "object", "additionalProperties": {"type": "array"}},
        },
    }
    schemas["ReadingAnswer"] = {
        "type": "object",
        "required": [*STATUSES, "results"],
        "properties": {
            **dict.fromkeys(STATUSES, count),
            "results": {"type": "array", "items": {"$ref": REF.format(name="Result")}},
        },
    }
    return schemas


def _operation() -> dict[str, Any]:
    item, columns = ({"$ref": REF.format(name=f"Reading{name}")} for name in ("Item", "Columns"))
    listed = {
        "type": "object",
        "required": ["readings"],
        "properties": {"readings": {"type": "array", "items": item}},
    }
    bodies = {JSON: {"anyOf": [item, listed, columns]}, NDJSON: item, **BODIES}
    by_type = {media_type: {"schema": schema} for media_type, schema in bodies.items()}
    return {
        "operationId": "readings_create",
        "description": "Take in readings. A 2xx is committed to disk.",
        "tags": ["readings"],
        "security": [{SECURITY: []}],
        "requestBody": {"required": True, "content": by_type},
        "responses": {
            "200": _response("A list, or a repeated bare item."),
            "201": _response("A new bare item."),
            "202": _response("A bare item that is kept apart in quarantine."),
            **{status: _problem(text) for status, text in _PROBLEMS.items()},
        },
    }


_PROBLEMS = {
    "400": "The body cannot be read.",
    "401": "The token is unknown or no longer good.",
    "409": "A bare item that contradicts a stored reading; carries the answer too.",
    "411": "The body has no Content-Length.",
    "413": "The body is too large.",
    "415": "Another Content-Type or encoding.",
    "422": "A bare item that is malformed or without consent, which carries the answer too; or a"
    " transaction Bundle with such an entry: nothing was stored.",
    "429": "More than this sender may send now: nothing was stored. Send it again after Retry-After"
    " seconds.",
    "503": "The database does not answer; send it again after Retry-After seconds.",
}


def _response(text: str) -> dict[str, Any]:
    schema = {"$ref": REF.format(name="ReadingAnswer")}
    return {"description": text, "content": {"application/json": {"schema": schema}}}


def _problem(text: str) -> dict[str, Any]:
    schema = {"type": "object", "additionalProperties": True}
    answer = {"description": text, "content": {"application/problem+json": {"schema": schema}}}
    if "Retry-After" not in text:
        return answer
    seconds = {"description": "Seconds.", "schema": {"type": "integer", "minimum": 1}}
    return {**answer, "headers": {"Retry-After": seconds}}
