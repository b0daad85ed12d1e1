"""Problems have one shape, whatever is wrong."""

import json

from rest_framework.serializers import ErrorDetail, ValidationError

from healthcare.rest import problems
from healthcare.rest.problems import InputError


def test_every_error_has_all_its_keys() -> None:
    errors = [
        InputError("to", "date", "write it like 2026-10-01."),
        InputError("pulse", "malformed", "is a number.", index=3),
    ]
    said = json.loads(problems.response(422, "Two things are wrong.", errors=errors).content)
    assert said["errors"] == [
        {"index": None, "field": "to", "code": "date", "detail": "write it like 2026-10-01."},
        {"index": 3, "field": "pulse", "code": "malformed", "detail": "is a number."},
    ]


def test_nested_errors_have_dotted_places() -> None:
    nested = ValidationError({"lines": {"price": [ErrorDetail("is missing.", code="required")]}})
    answer = problems.exception_handler(nested, {})
    assert answer is not None
    assert answer.data["errors"] == [
        {"index": None, "field": "lines.price", "code": "required", "detail": "is missing."}
    ]
