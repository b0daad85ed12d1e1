"""One FHIR Observation as the pieces of readings it may be."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from devices.kinds.fhir import LOINC, MDC, Codes, Coding, quantity
from devices.kinds.known import KINDS
from devices.kinds.pieces import Absent, Piece
from devices.kinds.pieces import Quantity as Measured
from devices.kinds.reading import Malformed
from devices.wire.fhir.resources import (
    BODY_POSITION,
    FLAG,
    USER_SLOT,
    CodeableConcept,
    Component,
    Device,
    Observation,
    Quantity,
    Reference,
)
from devices.wire.words import EXAMPLE, explain

CODES: Mapping[str, Codes] = {
    name: kind.fhir for name, kind in KINDS.items() if kind.fhir is not None
}
# What a status says of the values: these are measured, and stand.
STANDS = ("final", "amended", "corrected")
TAKEN_BACK = ("entered-in-error", "cancelled")
LONGEST_WORDS = 60
MISSING = "is required and missing: send it."
SYSTEMS = {LOINC: "LOINC", MDC: "MDC"}

Tree = Any


def observation(tree: Tree) -> Observation:
    """The resource. Raises Malformed for another one, and for what it may not say."""
    if not isinstance(tree, dict) or tree.get("resourceType") != "Observation":
        raise Malformed("resourceType", "is not Observation: readings are sent as Observations.")
    try:
        found = msgspec.convert(tree, Observation)
    except msgspec.ValidationError as error:
        raise Malformed(*explain(error, Observation)) from None
    for name in ("modifierExtension", "implicitRules"):
        if tree.get(name):
            raise Malformed(name, "changes what this says, in a way not known here: leave it out.")
    _check_status(found.status)
    return found


def pieces(found: Observation) -> list[Piece]:
    """What it says, once for every kind that knows its code. Raises Malformed."""
    codings = _codings(found.code)
    kinds = list(CODES.items())
    wholes = [(n, codes) for n, codes in kinds if any(c in codes.wholes for c in codings)]
    parts = [(n, codes) for n, codes in kinds if any(c in codes.parts for c in codings)]
    for _, codes in kinds:
        for coding in codings:
            if coding in codes.refused:
                raise Malformed("code", f"{coding[1]}: {codes.refused[coding]}")
    if not wholes and not parts:
        raise Malformed("code", _unknown(found.code, [codes for _, codes in kinds]))
    return [_piece(found, name, codes, whole=bool(wholes)) for name, codes in wholes or parts]


def _check_status(status: str) -> None:
    if status in TAKEN_BACK:
        raise Malformed(
            "status",
            f"{status}: this is no reading. A stored one is taken back by the person or a"
            " clinician, on their pages.",
        )
    if status not in STANDS:
        raise Malformed("status", f"{status[:40]!r} is no measured value yet: send it when final.")


def _piece(found: Observation, kind: str, codes: Codes, *, whole: bool) -> Piece:
    start, end = _when(found, codes)
    slot, words = _extensions(found)
    if found.body_site is not None:
        words["body_site"] = _short(found.body_site)
    return Piece(
        kind=kind,
        whole=whole,
        start=start,
        end=end,
        parts=_parts(found, codes, whole=whole),
        words={name: said for name, said in words.items() if said},
        device=None if found.device is None else _serial(found, found.device),
        id=next((said.value for said in found.identifier if said.value), None),
        user_slot=slot,
    )


def _when(found: Observation, codes: Codes) -> tuple[Any, Any]:
    period = found.effective_period
    moment = found.effective_date_time or found.effective_instant
    if period is not None:
        if period.start is None or period.end is None:
            raise Malformed("effectivePeriod", "needs its start and its end.")
        return period.start, period.end
    if codes.over_time:
        raise Malformed("effectivePeriod", "is required and missing: send the time in bed.")
    if moment is None:
        raise Malformed("effectiveDateTime", f"is required and missing: write it like {EXAMPLE}.")
    return None, moment


def _parts(found: Observation, codes: Codes, *, whole: bool) -> dict[str, Measured | Absent]:
    """Its own value under its own code, and its components."""
    said: dict[str, Measured | Absent] = {}
    own = _part(found.code, codes)
    if own is not None:
        value = _value(found, own, codes, "")
        if value is not None:
            said[own] = value
        elif not whole:
            raise Malformed("valueQuantity", MISSING)
    for place, component in enumerate(found.component):
        name = _part(component.code, codes)
        if name is None:
            continue  # what else a panel holds is not of this kind
        value = _value(component, name, codes, f"component[{place}].")
        if value is None:
            raise Malformed(
                f"component[{place}].valueQuantity", "is required and missing: send it."
            )
        if said.setdefault(name, value) != value:
            raise Malformed(
                f"component[{place}]", f"{name} is there twice, with two values: which is meant?"
            )
    if whole and found.data_absent_reason is not None:
        reason = _reason(found.data_absent_reason)
        for name in dict.fromkeys(codes.parts.values()):
            said.setdefault(name, Absent(reason))
    return said


def _value(
    found: Observation | Component, name: str, codes: Codes, place: str
) -> Measured | Absent | None:
    given: Quantity | None = found.value_quantity
    if given is None or given.value is None:
        absent = found.data_absent_reason
        return None if absent is None else Absent(_reason(absent))
    if given.comparator is not None:
        raise Malformed(
            f"{place}valueQuantity.comparator", "says that the value is not exact: leave it out."
        )
    return quantity(
        given.value,
        system=given.system,
        code=given.code,
        units=codes.units[name],
        place=f"{place}valueQuantity",
    )


def _extensions(found: Observation) -> tuple[int | None, dict[str, Any]]:
    """The user slot, and the words that R4 has no element for."""
    slot: int | None = None
    words: dict[str, Any] = {}
    for extension in found.extension:
        if extension.url == USER_SLOT:
            given = (extension.value_integer, extension.value_unsigned_int)
            numbers = (*given, extension.value_positive_int)
            slot = next((number for number in numbers if number is not None), None)
            if slot is None:
                raise Malformed("extension", f"{USER_SLOT} needs a valueUnsignedInt.")
        elif extension.url == FLAG:
            words.setdefault("flags", []).append(extension.value_code)
        elif extension.url == BODY_POSITION and extension.value_codeable_concept is not None:
            words["position"] = _short(extension.value_codeable_concept)
    return slot, words


def _serial(found: Observation, device: Reference) -> str | None:
    """The serial of the device that measured: by identifier, by a contained Device, or as
    `Device/SERIAL`."""
    if device.identifier is not None and device.identifier.value:
        return device.identifier.value
    reference = device.reference or ""
    if reference.startswith("#"):
        return _contained_serial(found, reference[1:])
    kind, _, serial = reference.rpartition("/")
    if kind.rpartition("/")[2] != "Device" or not serial:
        raise Malformed(
            "device",
            "name the serial: as identifier, as a contained Device with its serialNumber, or as"
            " reference Device/SERIAL.",
        )
    return serial


def _contained_serial(found: Observation, id_: str) -> str:
    for tree in found.contained:
        if tree.get("id") == id_ and tree.get("resourceType") == "Device":
            try:
                serial = msgspec.convert(tree, Device).serial
            except msgspec.ValidationError as error:
                place, words = explain(error, Device)
                raise Malformed(f"contained.{place}", words) from None
            if serial:
                return serial
    raise Malformed(
        "device.reference", "names no contained Device with a serialNumber or an identifier."
    )


def _codings(concept: CodeableConcept) -> list[Coding]:
    return [(c.system, c.code) for c in concept.coding if c.system and c.code]


def _part(concept: CodeableConcept, codes: Codes) -> str | None:
    return next((codes.parts[c] for c in _codings(concept) if c in codes.parts), None)


def _reason(concept: CodeableConcept) -> str:
    return (concept.words or "unknown")[:LONGEST_WORDS]


def _short(concept: CodeableConcept) -> str | None:
    return (concept.words or "")[:LONGEST_WORDS] or None


def _unknown(concept: CodeableConcept, known: list[Codes]) -> str:
    names = ", ".join(_all_names(known))
    sent = [f"{SYSTEMS.get(s, s)} {c}"[:80] for s, c in _codings(concept)[:3]]
    what = " and ".join(sent) or "without a coding"
    return f"{what} is not known here: send one of {names}."


def _all_names(known: list[Codes]) -> Iterator[str]:
    for codes in known:
        yield from codes.names
