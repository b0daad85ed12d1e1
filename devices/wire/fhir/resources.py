"""The parts of FHIR R4 that are read here, under the names of FHIR. What else is sent is passed
over, but for what FHIR forbids to pass over: `modifierExtension` and `implicitRules`."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from devices.kinds.reading import Time

EXTENSIONS = "https://mimamori.example/fhir/StructureDefinition/"
USER_SLOT = f"{EXTENSIONS}user-slot"
FLAG = f"{EXTENSIONS}reading-flag"
BODY_POSITION = "http://hl7.org/fhir/StructureDefinition/observation-bodyPosition"

MOST = 200  # of anything there may be several of
Number = int | float


class Coding(Struct, frozen=True):
    system: str | None = None
    code: str | None = None
    display: str | None = None


class CodeableConcept(Struct, frozen=True):
    coding: Annotated[list[Coding], Meta(max_length=MOST)] = []
    text: str | None = None

    @property
    def words(self) -> str | None:
        """For people: its text, or what its first coding is called."""
        coded = next(((c.display or c.code) for c in self.coding if c.display or c.code), None)
        return self.text or coded


class Quantity(Struct, frozen=True):
    value: Number | None = None
    comparator: str | None = None
    unit: str | None = None
    system: str | None = None
    code: str | None = None


class Period(Struct, frozen=True):
    start: Time | None = None
    end: Time | None = None


class Identifier(Struct, frozen=True):
    value: str | None = None
    type: CodeableConcept | None = None


class Reference(Struct, frozen=True):
    reference: str | None = None
    identifier: Identifier | None = None


class Extension(Struct, frozen=True, rename="camel"):
    url: str
    value_integer: int | None = None
    value_unsigned_int: int | None = None
    value_positive_int: int | None = None
    value_code: str | None = None
    value_codeable_concept: CodeableConcept | None = None


class Component(Struct, frozen=True, rename="camel"):
    code: CodeableConcept
    value_quantity: Quantity | None = None
    data_absent_reason: CodeableConcept | None = None


class Observation(Struct, frozen=True, rename="camel"):
    status: str
    code: CodeableConcept
    effective_date_time: Time | None = None
    effective_instant: Time | None = None
    effective_period: Period | None = None
    effective_timing: Any = None
    value_quantity: Quantity | None = None
    data_absent_reason: CodeableConcept | None = None
    component: Annotated[list[Component], Meta(max_length=MOST)] = []
    identifier: Annotated[list[Identifier], Meta(max_length=MOST)] = []
    device: Reference | None = None
    contained: Annotated[list[dict[str, Any]], Meta(max_length=MOST)] = []
    has_member: Annotated[list[Reference], Meta(max_length=MOST)] = []
    derived_from: Annotated[list[Reference], Meta(max_length=MOST)] = []
    body_site: CodeableConcept | None = None
    extension: Annotated[list[Extension], Meta(max_length=MOST)] = []
    modifier_extension: Any = None
    implicit_rules: Any = None


class Device(Struct, frozen=True, rename="camel"):
    identifier: Annotated[list[Identifier], Meta(max_length=MOST)] = []
    serial_number: str | None = None

    @property
    def serial(self) -> str | None:
        """Its serial number: told as such, or the identifier of type SNO, or the first one."""
        kinds = {
            coding.code: found.value
            for found in reversed(self.identifier)
            for coding in (found.type.coding if found.type else [])
        }
        first = next((found.value for found in self.identifier if found.value), None)
        return self.serial_number or kinds.get("SNO") or first
