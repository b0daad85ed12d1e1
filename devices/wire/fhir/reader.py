"""`application/fhir+json`: an Observation, a batch Bundle, or a transaction Bundle.

In a batch every entry stands for itself; a transaction is taken whole or not at all. The result of
an entry has the entry's place in the Bundle. Entries that are one reading (a heart rate beside its
blood pressure) have one fate: the first is stored, the others are repeats of it.
"""

from collections.abc import Iterator, Sequence
from functools import partial

import msgspec
from msgspec import Raw, Struct

from devices.kinds.pieces import Piece
from devices.kinds.reading import Malformed
from devices.wire import strict
from devices.wire.batch import MAX_ITEMS, Batch, Entry, TooMany, Unreadable
from devices.wire.fhir.observations import observation, pieces
from devices.wire.fhir.resources import Observation, Reference
from devices.wire.grouping import groups

MEDIA_TYPE = "application/fhir+json"
WHAT = "a FHIR R4 Observation, or a Bundle of them"
METHODS = ("POST",)


class _Resource(Struct, frozen=True):
    resource_type: str = msgspec.field(name="resourceType")


class _Bundle(Struct, frozen=True):
    type: str | None = None
    entry: list[Raw] = []


class _Request(Struct, frozen=True):
    method: str | None = None


class _Entry(Struct, frozen=True):
    full_url: str | None = msgspec.field(name="fullUrl", default=None)
    resource: Raw = Raw()
    request: _Request | None = None


class _Read(Struct, frozen=True):
    """One entry: its resource as sent and as read, and the names it may be called by."""

    raw: str
    says: Observation | Malformed
    full_url: str | None = None
    names: tuple[str, ...] = ()


def read(body: bytes, *, kept: bool = False) -> Batch:
    """The entries of a body. A broken entry says so; a broken body raises Unreadable.

    `kept`: it is what was kept of such a body, without what was refused there: a member may be
    missing.
    """
    text = strict.text_of(body, empty=WHAT)
    strict.refuse_repeated_outside(body)
    kind = strict.split(body, _Resource).resource_type
    if kind == "Bundle":
        return _read_bundle(strict.split(body, _Bundle), kept=kept)
    if kind != "Observation":
        raise Unreadable(f"{kind[:40]} is not read here: send {WHAT}.", "resourceType")
    try:
        alone = _read_resource(strict.load(body), text.strip(), None)
    except Malformed as error:
        alone = _Read("", strict.told(error))
    return _batch([alone], bare=True, atomic=False, kept=kept)


def _read_bundle(bundle: _Bundle, *, kept: bool) -> Batch:
    if bundle.type not in ("batch", "transaction"):
        raise Unreadable(
            f"A Bundle of type {(bundle.type or 'none')[:40]} is not read here: send batch (each"
            " entry for itself) or transaction (all of them or none).",
            "type",
        )
    if len(bundle.entry) > MAX_ITEMS:
        raise TooMany(len(bundle.entry))
    read_ = [_read_entry(bytes(raw)) for raw in bundle.entry]
    return _batch(read_, bare=False, atomic=bundle.type == "transaction", kept=kept)


def _read_entry(raw: bytes) -> _Read:
    try:
        tree = strict.load(raw)
        entry = msgspec.json.decode(raw, type=_Entry)
    except Malformed as error:
        return _Read("", strict.told(error))
    except msgspec.MsgspecError as error:
        return _Read("", Malformed("", f"no entry of a Bundle: {error}."))
    if entry.request is not None and entry.request.method not in (None, *METHODS):
        method = str(entry.request.method)[:20]
        problem = f"{method!r} is not done here: readings are sent by POST, and never changed."
        return _Read("", Malformed("request.method", problem))
    if not bytes(entry.resource):
        return _Read("", Malformed("resource", "is required and missing: send an Observation."))
    return _read_resource(tree["resource"], bytes(entry.resource).decode(), entry.full_url)


def _read_resource(tree: strict.Tree, text: str, full_url: str | None) -> _Read:
    try:
        found = observation(tree)
    except Malformed as error:
        return _Read(text, strict.told(error), full_url)
    id_ = tree.get("id")
    by_id = (f"Observation/{id_}",) if isinstance(id_, str) else ()
    return _Read(text, found, full_url, (*((full_url,) if full_url else ()), *by_id))


def _batch(read_: Sequence[_Read], *, bare: bool, atomic: bool, kept: bool) -> Batch:
    """The readings that these entries say, and each entry's part in them."""
    said: dict[int, list[Piece]] = {}
    entries: dict[int, Entry] = {}
    named = {name: place for place, entry in enumerate(read_) for name in entry.names}
    links: list[tuple[int, int]] = []
    for place, entry in enumerate(read_):
        if isinstance(entry.says, Malformed):
            entries[place] = Entry(entry.says)
            continue
        try:
            links += [(place, other) for other in _linked(entry.says, named, kept)]
            said[place] = pieces(entry.says)
        except Malformed as error:
            entries[place] = Entry(strict.told(error), id=_id(entry.says))
    together: dict[int, tuple[int, ...]] = {}
    for group in groups(said, links):
        device = next((p.device for i in group.places for p in said[i] if p.device), None)
        for place in group.places:
            together[place] = group.places
            entries[place] = Entry(group.says, device, said[place][0].id)
    return Batch(
        entries=[entries[place] for place in range(len(read_))],
        text=partial(_text, read_, together),
        bare=bare,
        atomic=atomic,
    )


def _id(found: Observation) -> str | None:
    return next((said.value for said in found.identifier if said.value), None)


def _linked(found: Observation, named: dict[str, int], kept: bool) -> Iterator[int]:
    """The places of the entries that an Observation names. A member must be there."""
    for place, member in enumerate(found.has_member):
        reference = _reference(member)
        if reference not in named:
            if kept:
                continue
            raise Malformed(
                f"hasMember[{place}]",
                "names no Observation of this body: send both in one Bundle, or the value as a"
                " component.",
            )
        yield named[reference]
    for source in found.derived_from:
        if (reference := _reference(source)) in named:
            yield named[reference]


def _reference(given: Reference) -> str:
    return (given.reference or "").partition("/_history/")[0]


def _text(read_: Sequence[_Read], together: dict[int, tuple[int, ...]], place: int) -> str:
    """What is kept of an entry: its resource as sent, or a Bundle of those that are one reading.

    `read` reads it again.
    """
    places = together.get(place, (place,))
    if len(places) == 1:
        return read_[place].raw
    entries = ",".join(_wrapped(read_[i]) for i in places)
    return f'{{"resourceType":"Bundle","type":"batch","entry":[{entries}]}}'


def _wrapped(entry: _Read) -> str:
    url = (
        ""
        if entry.full_url is None
        else f'"fullUrl":{msgspec.json.encode(entry.full_url).decode()},'
    )
    return f'{{{url}"resource":{entry.raw}}}'
