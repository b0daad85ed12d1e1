"""`application/vnd.openmhealth+json`: one data point `{header, body}`, or a list of them."""

from collections.abc import Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import Raw, Struct

from devices.kinds.known import KINDS
from devices.kinds.openmhealth import Schema
from devices.kinds.pieces import Piece
from devices.kinds.reading import Malformed
from devices.wire import strict
from devices.wire.batch import MAX_ITEMS, Batch, Entry, TooMany
from devices.wire.grouping import groups
from devices.wire.openmhealth.validating import check_header, checked_body
from devices.wire.words import explain

MEDIA_TYPE = "application/vnd.openmhealth+json"
WHAT = "a data point {header, body}, or a list of them"
LONGEST_NAME = 80


def _known() -> dict[str, list[tuple[str, Schema]]]:
    found: dict[str, list[tuple[str, Schema]]] = {}
    for name, kind in KINDS.items():
        for schema in kind.openmhealth:
            found.setdefault(schema.id, []).append((name, schema))
    return found


# A schema's id -> the kinds that know it: more than one knows a heart rate.
SCHEMAS = MappingProxyType(_known())


class _SchemaId(Struct, frozen=True):
    namespace: str
    name: str
    version: str

    @property
    def id(self) -> str:
        return f"{self.namespace}:{self.name}:{self.version}"


class _Provenance(Struct, frozen=True):
    source_data_point_id: str | None = None


class _Header(Struct, frozen=True):
    """Of both headers what is read. `device` and `user_slot` are ours, as in a native item."""

    schema_id: _SchemaId
    uuid: str | None = None
    id: str | None = None
    acquisition_provenance: _Provenance | None = None
    device: str | None = None
    user_slot: int | None = None

    @property
    def source_id(self) -> str | None:
        """The id at the device. That of the data point is its message's, not the reading's."""
        provenance = self.acquisition_provenance
        return provenance.source_data_point_id if provenance else None


class _Read(Struct, frozen=True):
    raw: str
    says: list[Piece] | Malformed
    id: str | None = None


def read(body: bytes) -> Batch:
    """The entries of a body. A broken data point says so; a broken body raises Unreadable."""
    text = strict.text_of(body, empty=WHAT)
    if not text.lstrip().startswith("["):
        strict.split(body, dict[str, Raw])
        return _batch([_read_point(text.strip())], bare=True)
    raws: list[Raw] = strict.split(body, list[Raw])
    if len(raws) > MAX_ITEMS:
        raise TooMany(len(raws))
    return _batch([_read_point(bytes(raw).decode()) for raw in raws], bare=False)


def _read_point(raw: str) -> _Read:
    header: _Header | None = None
    try:
        tree = strict.load(raw.encode())
        if not isinstance(tree, dict) or "header" not in tree or "body" not in tree:
            raise Malformed("", "a data point is an object with header and body.")
        header = _header(tree["header"])
        return _Read(raw, _pieces(header, tree["body"]), header.uuid or header.id)
    except Malformed as error:
        return _Read(raw, strict.told(error), None if header is None else header.uuid or header.id)


def _header(tree: Any) -> _Header:
    check_header(tree)
    try:
        return msgspec.convert(tree, _Header)
    except msgspec.ValidationError as error:
        field, words = explain(error, _Header)
        raise Malformed(f"header.{field}", words) from None


def _pieces(header: _Header, body: Any) -> list[Piece]:
    """What a data point says, once for every kind that knows its schema."""
    known = SCHEMAS.get(header.schema_id.id)
    if known is None:
        raise Malformed(
            "header.schema_id",
            f"{header.schema_id.id[:LONGEST_NAME]} is not known here: send one of"
            f" {', '.join(SCHEMAS)}.",
        )
    return [_piece(header, kind, schema, body) for kind, schema in known]


def _piece(header: _Header, kind: str, schema: Schema, body: Any) -> Piece:
    said = schema.says(checked_body(schema, body))
    return Piece(
        kind=kind,
        whole=schema.whole,
        start=said.start,
        end=said.end,
        parts=said.parts,
        words=said.words,
        device=header.device,
        id=header.source_id,
        user_slot=header.user_slot,
    )


def _batch(read_: Sequence[_Read], *, bare: bool) -> Batch:
    said = {i: entry.says for i, entry in enumerate(read_) if isinstance(entry.says, list)}
    entries = {
        i: Entry(entry.says, id=entry.id)
        for i, entry in enumerate(read_)
        if isinstance(entry.says, Malformed)
    }
    together: dict[int, tuple[int, ...]] = {}
    for group in groups(said):
        device = next((said[i][0].device for i in group.places if said[i][0].device), None)
        for place in group.places:
            together[place] = group.places
            entries[place] = Entry(group.says, device, read_[place].id)
    return Batch(
        entries=[entries[place] for place in range(len(read_))],
        text=partial(_text, read_, together),
        bare=bare,
    )


def _text(read_: Sequence[_Read], together: dict[int, tuple[int, ...]], place: int) -> str:
    """What is kept of a data point: as sent, or the list of those that are one reading."""
    places = together.get(place, (place,))
    if len(places) == 1:
        return read_[place].raw
    return f"[{','.join(read_[i].raw for i in places)}]"
