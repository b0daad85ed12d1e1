"""One reading said in FHIR and in Open mHealth, for tests of what is made of it."""

from typing import Any

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
AT = "2026-11-02T07:00:00+09:00"
NIGHT = {"start": "2026-11-01T23:00:00+09:00", "end": "2026-11-02T07:00:00+09:00"}
SLOT = "https://mimamori.example/fhir/StructureDefinition/user-slot"
FLAG = "https://mimamori.example/fhir/StructureDefinition/reading-flag"
ABSENT = {"coding": [{"code": "error", "display": "Error"}]}
UUID = "aaaa1234-1a2b-3c4d-5e6f-000000000002"
UNITS = {"mm[Hg]": "mmHg", "/min": "beats/minute", "kPa": "kPa", "h": "h", "min": "min"}


def code(number: str, system: str = LOINC) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": number}]}


def quantity(value: Any, unit: str = "mm[Hg]") -> dict[str, Any]:
    return {"value": value, "unit": UNITS.get(unit, unit), "system": UCUM, "code": unit}


def component(number: str, value: Any, unit: str = "mm[Hg]") -> dict[str, Any]:
    return {"code": code(number), "valueQuantity": quantity(value, unit)}


def observation(number: str, **fields: Any) -> dict[str, Any]:
    said = {"resourceType": "Observation", "status": "final", "code": code(number), **fields}
    return {name: value for name, value in said.items() if value is not None}


def panel(systolic: Any = 128, diastolic: Any = 82, **fields: Any) -> dict[str, Any]:
    """A blood pressure as the profile `bp` has it."""
    vital = {"system": "http://terminology.hl7.org/CodeSystem/observation-category"}
    return observation(
        "85354-9",
        **{
            "category": [{"coding": [{**vital, "code": "vital-signs"}]}],
            "subject": {"reference": "Patient/somebody"},
            "effectiveDateTime": AT,
            "component": [component("8480-6", systolic), component("8462-4", diastolic)],
            **fields,
        },
    )


def heart_rate(value: Any = 64, **fields: Any) -> dict[str, Any]:
    fields = {"effectiveDateTime": AT, "valueQuantity": quantity(value, "/min"), **fields}
    return observation("8867-4", **fields)


def sleep(number: str, value: Any, unit: str = "h", **fields: Any) -> dict[str, Any]:
    fields = {"effectivePeriod": NIGHT, "valueQuantity": quantity(value, unit), **fields}
    return observation(number, **fields)


def bundle(*resources: dict[str, Any], type_: str = "batch") -> dict[str, Any]:
    post = {"method": "POST", "url": "Observation"}
    entries = [
        {"fullUrl": f"urn:uuid:{n:08d}-0000-4000-8000-000000000000", "resource": r, "request": post}
        for n, r in enumerate(resources)
    ]
    return {"resourceType": "Bundle", "type": type_, "entry": entries}


def url(place: int) -> str:
    """What the entry at that place of `bundle` is called."""
    return f"urn:uuid:{place:08d}-0000-4000-8000-000000000000"


def point(
    name: str, version: str, body: dict[str, Any], *, namespace: str = "omh", **header: Any
) -> dict[str, Any]:
    """A data point with the header of IEEE 1752.1."""
    schema_id = {"namespace": namespace, "name": name, "version": version}
    created = {"uuid": UUID, "source_creation_date_time": AT, "modality": "sensed"}
    return {"header": {**created, "schema_id": schema_id, **header}, "body": body}


def pressure(systolic: Any = 128, diastolic: Any = 82, **fields: Any) -> dict[str, Any]:
    """The body of a blood-pressure data point."""
    return {
        "systolic_blood_pressure": {"value": systolic, "unit": "mmHg"},
        "diastolic_blood_pressure": {"value": diastolic, "unit": "mmHg"},
        "effective_time_frame": {"date_time": AT},
        **fields,
    }


def rate(value: Any = 64, **fields: Any) -> dict[str, Any]:
    """The body of a heart-rate data point."""
    beats = {"value": value, "unit": "beats/min"}
    return {"heart_rate": beats, "effective_time_frame": {"date_time": AT}, **fields}


def in_bed(start: str = NIGHT["start"], end: str = NIGHT["end"]) -> dict[str, Any]:
    return {"time_interval": {"start_date_time": start, "end_date_time": end}}
