"""The door for devices is in the OpenAPI description, with the shapes that really decode."""

from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

from devices.api.schema import describe_readings
from tests.unit.devices.conftest import item, night


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


def test_the_description_holds_it(db: None) -> None:
    whole = SchemaGenerator().get_schema(request=None, public=True)
    assert "post" in whole["paths"]["/api/v1/readings"]


def test_who_must_wait_is_told_how_long(schema: dict[str, Any]) -> None:
    answers = schema["paths"]["/api/v1/readings"]["post"]["responses"]
    waiting = {status for status, answer in answers.items() if "Retry-After" in str(answer)}
    assert waiting == {status for status, answer in answers.items() if "headers" in answer}
    assert waiting == {"429", "503"}
