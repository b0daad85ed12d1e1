"""How a kind of device is said in FHIR R4: by which codes, in which units.

A kind declares its `Codes` in a `fhir.py` of its own folder; the envelope (`devices.wire.fhir`)
knows no kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from devices.kinds.pieces import Quantity
from devices.kinds.reading import Malformed

LOINC = "http://loinc.org"
MDC = "urn:iso:std:iso:11073:10101"
UCUM = "http://unitsofmeasure.org"

Coding = tuple[str, str]
# UCUM's code -> the product's unit, and what a value is multiplied by to be in it.
Units = Mapping[str, tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of a kind.

    `wholes`: Observations that are a reading; `parts`: the numbers of one, as its components, as
    Observations beside it, or (a code in both) as the value of a whole one. `units`: the units
    each part may have. `refused`: what looks like a reading of this kind and is none, with the
    cure. `over_time`: a reading speaks of a period, not of a moment.
    """

    wholes: frozenset[Coding]
    parts: Mapping[Coding, str]
    units: Mapping[str, Units]
    refused: Mapping[Coding, str] = field(default_factory=dict)
    over_time: bool = False

    @property
    def names(self) -> list[str]:
        """The codes of Observations that this kind takes, for people."""
        return sorted({code for _, code in (*self.wholes, *self.parts)})


def quantity(
    value: int | float, *, system: str | None, code: str | None, units: Units, place: str
) -> Quantity:
    """A FHIR Quantity in one of these units. Raises Malformed, with the units it may have."""
    if code is None or system != UCUM:
        raise Malformed(
            f"{place}.code",
            f"a unit is a UCUM code: send system {UCUM} and code {' or '.join(units)}.",
        )
    # In braces UCUM has remarks without meaning: {beats}/min is /min.
    plain = _without_remarks(code)
    if plain not in units:
        raise Malformed(
            f"{place}.code", f"{code[:40]!r} is not a unit of this: send {' or '.join(units)}."
        )
    unit, factor = units[plain]
    return Quantity(value if factor == 1 else value * factor, unit)


def _without_remarks(code: str) -> str:
    start, end = code.find("{"), code.find("}")
    return code if start < 0 or end < start else code[:start] + code[end + 1 :]
