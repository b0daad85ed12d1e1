"""The door for devices is in the OpenAPI description, with the shapes that really decode."""

from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

from devices.api.schema import describe_readings
from devices.wire.formats import READERS
from tests.unit.devices.conftest import item, night
from tests.unit.devices.saying import bundle, panel, point, pressure


@pytest.fixture
def schema() -> dict[str, Any]:
    return describe_readings({}, None, None, True)


def valid(schema: dict[str, Any], value: Any) -> bool:
    body = schema["paths"]["/api/v1/readings"]["post"]["requestBody"]["content"]
    whole = {**body["application/json"]["schema"], "components": schema["components"]}
    return Draft202012Validator(whole).is_valid(value)


def test_what_may_be_sent(schema: dict[str, Any]) -> None:
    assert valid(schema, item())
    assert valid(schema, {"readings": [item(), night()]})
    assert valid(schema, {"kind": "blood_pressure", "columns": {"systolic": [1]}})
    assert not valid(schema, {"readings": [item(systolic="high")]})
    assert not valid(schema, item(kind="moon"))


def test_every_type_that_is_read_is_described(schema: dict[str, Any]) -> None:
    content = schema["paths"]["/api/v1/readings"]["post"]["requestBody"]["content"]
    assert set(content) == set(READERS)
    fhir = Draft202012Validator(content["application/fhir+json"]["schema"])
    assert fhir.is_valid(panel())
    assert fhir.is_valid(bundle(panel(), type_="transaction"))
    assert not fhir.is_valid(panel(status="preliminary"))
    points = Draft202012Validator(content["application/vnd.openmhealth+json"]["schema"])
    said = point("blood-pressure", "4.0", pressure(), user_slot=1)
    assert points.is_valid(said)
    assert points.is_valid([said])
    assert not points.is_valid(pressure())


def test_the_description_holds_it(db: None) -> None:
    whole = SchemaGenerator().get_schema(request=None, public=True)
    assert "post" in whole["paths"]["/api/v1/readings"]


def test_who_must_wait_is_told_how_long(schema: dict[str, Any]) -> None:
    answers = schema["paths"]["/api/v1/readings"]["post"]["responses"]
    waiting = {status for status, answer in answers.items() if "Retry-After" in str(answer)}
    assert waiting == {status for status, answer in answers.items() if "headers" in answer}
    assert waiting == {"429", "503"}
