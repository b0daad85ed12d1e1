"""Errors as `application/problem+json` (RFC 9457), for Django's views and DRF's alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class InputError:
    """One thing wrong with the input: where, what in a word, what in a sentence with the cure.

    `index` is the item's place in a list, None (null) where the input is no list.
    """

    field: str
    code: str
    detail: str
    index: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "index": self.index,
            "field": self.field,
            "code": self.code,
            "detail": self.detail,
        }


def body(
    status: int, detail: str, *, title: str = "", errors: list[InputError] | None = None
) -> dict[str, Any]:
    """The JSON object of a problem. `about:blank` says: the status is the whole type."""
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": title or HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if errors:
        problem["errors"] = [error.as_json() for error in errors]
    return problem


def response(
    status: int,
    detail: str,
    *,
    title: str = "",
    errors: list[InputError] | None = None,
    retry_after: int | None = None,
) -> JsonResponse:
    """A problem as a plain Django response; `retry_after` in seconds for 429 and 503."""
    answer = JsonResponse(
        body(status, detail, title=title, errors=errors), status=status, content_type=CONTENT_TYPE
    )
    if retry_after is not None:
        answer["Retry-After"] = str(retry_after)
    return answer


class InvalidInput(exceptions.APIException):
    """Raise in an API view: 422 (or another 4xx) with the list of what is wrong."""

    def __init__(
        self,
        detail: str,
        errors: list[InputError] | None = None,
        *,
        status: int = 422,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        """`more` are further members of the problem, for what a client needs to go on."""
        super().__init__(detail)
        self.status_code = status
        self.errors = errors or []
        self.more = dict(more or {})


def _flatten(detail: Any, field: str = "") -> list[InputError]:
    """DRF's nested validation errors as a flat list with dotted places."""
    if isinstance(detail, dict):
        return [
            error
            for key, value in detail.items()
            for error in _flatten(value, f"{field}.{key}" if field else str(key))
        ]
    if isinstance(detail, list):
        return [error for value in detail for error in _flatten(value, field)]
    return [InputError(field=field, code=getattr(detail, "code", "invalid"), detail=str(detail))]


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler with problem+json bodies."""
    answer = drf_exception_handler(error, context)
    if answer is None:
        return None
    errors: list[InputError] = []
    more: dict[str, Any] = {}
    match error:
        case InvalidInput():
            detail, errors, more = str(error.detail), error.errors, error.more
        case exceptions.ValidationError():
            detail, errors = "The input is not valid; see errors.", _flatten(error.detail)
        case Http404():
            detail = "There is nothing here that you can see."
        case PermissionDenied():
            detail = "You may not do this."
        case exceptions.APIException():
            detail = str(error.detail)
        case _:
            detail = HTTPStatus(answer.status_code).phrase
    answer.data = body(answer.status_code, detail, errors=errors) | more
    answer.content_type = CONTENT_TYPE
    return answer


def not_found(request: HttpRequest, exception: Exception | None = None) -> JsonResponse:
    """404 for the API's unknown paths."""
    return response(404, "There is nothing at this address.")
