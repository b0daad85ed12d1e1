"""Weight and oxygen saturation in FHIR and in Open mHealth: the same readings as native items."""

import json
from typing import Any

import pytest

from devices.kinds.oximetry.payload import Oximetry
from devices.kinds.reading import Malformed
from devices.kinds.weight.payload import Weight
from devices.wire import native
from devices.wire.batch import Undecodable
from devices.wire.fhir import reader as fhir
from devices.wire.openmhealth import reader as openmhealth
from tests.unit.devices.saying import (
    ABSENT,
    AT,
    bundle,
    component,
    heart_rate,
    observation,
    point,
    quantity,
)

MDC = "urn:iso:std:iso:11073:10101"


def said(body: Any, reader: Any = fhir) -> Any:
    return [entry.says for entry in reader.read(json.dumps(body).encode())]


def item(kind: str, **fields: Any) -> Any:
    return native.read_item({"kind": kind, "measured_at": AT, **fields}).says


def weight(value: Any, unit: str = "kg", number: str = "29463-7", **fields: Any) -> Any:
    given = {"effectiveDateTime": AT, "valueQuantity": quantity(value, unit), **fields}
    return observation(number, **given)


def saturation(value: Any = 97, number: str = "59408-5", **fields: Any) -> Any:
    given = {"effectiveDateTime": AT, "valueQuantity": quantity(value, "%"), **fields}
    return observation(number, **given)


@pytest.mark.parametrize(
    ("value", "unit", "native_item"),
    [
        (64.3, "kg", {"weight": 64.3}),
        (64300, "g", {"weight": 64.3}),
        (64301.5, "g", {"weight": 64.3015}),
        (141.5, "[lb_av]", {"weight": 141.5, "unit": "lb"}),
    ],
)
def test_a_weight_is_the_native_one(value: Any, unit: str, native_item: dict[str, Any]) -> None:
    (found,) = said(weight(value, unit))
    assert isinstance(found, Weight)
    assert found == item("weight", **native_item)


def test_body_fat_is_in_the_weight_or_beside_it() -> None:
    whole = item("weight", weight=64.3, body_fat=23.4)
    assert said(weight(64.3, component=[component("41982-0", 23.4, "%")])) == [whole]
    fat = observation("41982-0", effectiveDateTime=AT, valueQuantity=quantity(23.4, "%"))
    assert said(bundle(weight(64.3), fat)) == [whole, whole]
    (alone,) = said(fat)
    assert isinstance(alone, Malformed)
    assert "with the weight" in str(alone)


@pytest.mark.parametrize("number", ["59408-5", "2708-6"])
def test_a_saturation_is_the_native_one(number: str) -> None:
    assert said(saturation(97, number)) == [item("oximetry", spo2=97)]
    assert said(saturation(96.5, number)) == [item("oximetry", spo2=97)]


def test_the_vital_sign_has_both_codes() -> None:
    one = saturation()
    one["code"]["coding"].append({"system": "http://loinc.org", "code": "2708-6"})
    found = said(one)
    assert found == [item("oximetry", spo2=97)]
    assert isinstance(found[0], Oximetry)


def test_a_pulse_beside_a_saturation() -> None:
    whole = item("oximetry", spo2=97, pulse=61)
    assert said(bundle(saturation(), heart_rate(61))) == [whole, whole]
    assert said(saturation(component=[component("8867-4", 61, "/min")])) == [whole]


def test_codes_of_the_devices_standard() -> None:
    for number, unit, value, native_item in (
        ("188736", "kg", 64.3, item("weight", weight=64.3)),
        ("150456", "%", 97, item("oximetry", spo2=97)),
    ):
        one = weight(value, unit)
        one["code"] = {"coding": [{"system": MDC, "code": number}]}
        assert said(one) == [native_item]


@pytest.mark.parametrize(
    ("resource", "field"),
    [
        (weight(64.3, "[oz_av]"), "valueQuantity.code"),
        (weight(None), "weight is missing"),
        (saturation(140), "spo2"),
        (saturation(97, effectiveDateTime=None), "effectiveDateTime"),
    ],
)
def test_what_is_wrong_is_named(resource: Any, field: str) -> None:
    (found,) = said(resource)
    assert isinstance(found, Malformed)
    assert field in f"{found.field}: {found}"


def test_not_measured_is_kept_apart() -> None:
    for one in (weight(1), saturation()):
        del one["valueQuantity"]
        (found,) = said({**one, "dataAbsentReason": ABSENT})
        assert isinstance(found, Undecodable)


def test_open_mhealth() -> None:
    at = {"effective_time_frame": {"date_time": AT}}
    body = {"body_weight": {"value": 141.5, "unit": "lb"}, **at}
    assert said(point("body-weight", "3.0", body), openmhealth) == [
        item("weight", weight=141.5, unit="lb")
    ]
    body = {"oxygen_saturation": {"value": 97, "unit": "%"}, "system": "peripheral capillary", **at}
    assert said(point("oxygen-saturation", "2.0", body), openmhealth) == [item("oximetry", spo2=97)]


@pytest.mark.parametrize(
    ("name", "version", "body"),
    [
        ("body-weight", "3.0", {"body_weight": {"value": 64, "unit": "stone"}}),
        ("body-weight", "3.0", {"body_weight": {"value": 2, "unit": "Ton"}}),
        ("oxygen-saturation", "2.0", {"oxygen_saturation": {"value": 0.97, "unit": "1"}}),
        (
            "oxygen-saturation",
            "2.0",
            {"oxygen_saturation": {"value": 97, "unit": "%"}, "descriptive_statistic": "average"},
        ),
    ],
)
def test_open_mhealth_refused(name: str, version: str, body: dict[str, Any]) -> None:
    body = {"effective_time_frame": {"date_time": AT}, **body}
    (found,) = said(point(name, version, body), openmhealth)
    assert isinstance(found, Malformed)
