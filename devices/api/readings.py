"""`POST /api/v1/readings`: the one door for devices.

A plain view: it is asked 500 times a second in the morning hour, and what DRF does for people
(sessions, content negotiation, serializers) would be most of the work.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from devices import authenticating, rate_limits, receiving
from devices.api import streams
from devices.api.bodies import BadBody, drop
from devices.api.bodies import read as read_body
from devices.authenticating import Credential
from devices.ingesting.results import Result, Status, counts
from devices.rate_limits import Allowance, TooFast
from devices.wire import native
from devices.wire.batch import TooMany, Unreadable
from devices.wire.formats import READERS
from healthcare.rest import problems
from healthcare.rest.problems import InputError

SUPPORTED = tuple(READERS)
STATUS_OF_A_BARE_ITEM: dict[Status, int] = {
    "accepted": 201,
    "duplicate": 200,
    "conflict": 409,
    "quarantined": 202,
    "rejected": 422,
}
RETRY_AFTER = 5


@csrf_exempt
def post_readings(request: HttpRequest) -> HttpResponseBase:
    """Take in a body of readings. Everything but 2xx is a problem+json."""
    if request.method != "POST":
        answer = problems.response(405, "Readings are sent by POST.")
        answer["Allow"] = "POST"
        return answer
    token = bearer(request.META.get("HTTP_AUTHORIZATION", ""))
    if not token:
        return _unauthorized()
    allowance = rate_limits.of_token(token)
    try:
        allowance.take_post()
        return _taken_in(request, token, allowance)
    except TooFast as problem:
        drop(request)
        return problems.response(429, str(problem), retry_after=problem.retry_after)


def _taken_in(request: HttpRequest, token: str, allowance: Allowance) -> HttpResponseBase:
    try:
        credential = authenticating.find(token, at=timezone.now())
        if credential is None:
            return _unauthorized()
        if request.content_type not in SUPPORTED:
            return _unsupported(request.content_type or "")
        if request.content_type == native.NDJSON:
            return _stream(request, credential, token, allowance)
        batch = READERS[request.content_type](read_body(request))
        allowance.take_items(len(batch))
        results = receiving.receive(batch, credential=credential, token=token)
        if results is None:
            return _unauthorized()
    except receiving.NothingStored as refused:
        return _answer_atomic(refused.results)
    except BadBody as problem:
        return problems.response(problem.status, problem.detail)
    except TooMany as problem:
        return problems.response(413, str(problem))
    except Unreadable as problem:
        error = InputError(problem.field, "unreadable", str(problem))
        return problems.response(400, str(problem), errors=[error] if problem.field else None)
    except (OperationalError, InterfaceError, InternalError):
        allowance.give_back_items()
        return problems.response(
            503,
            "The database does not answer: send it again, it is stored once however often.",
            retry_after=RETRY_AFTER,
        )
    return _answer_bare(results[0]) if batch.bare else _answer(200, results)


def _stream(
    request: HttpRequest, credential: Credential, token: str, allowance: Allowance
) -> HttpResponseBase:
    with streams.received(request) as file:
        stream = streams.Stream(file)
        allowance.take_items(stream.lines())
        stands = receiving.receive_parts(stream, credential=credential, token=token)
    return stream.response() if stands else _unauthorized()


def bearer(authorization: str) -> str:
    """The token in that header; empty when there is none."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def encoded(results: Sequence[Result]) -> bytes:
    """The body of an answer: how many of each status, and the results."""
    return msgspec.json.encode({**counts(results), "results": results})


def _answer(status: int, results: Sequence[Result]) -> HttpResponse:
    return HttpResponse(encoded(results), content_type=native.JSON, status=status)


def _answer_bare(result: Result) -> HttpResponse:
    """A bare item has its status in the status line; an error is also a problem."""
    status = STATUS_OF_A_BARE_ITEM[result.status]
    if status < 400:
        return _answer(status, [result])
    detail = result.detail or ""
    field = detail.partition(":")[0] if result.code == "malformed" and ":" in detail else ""
    error = InputError(field, result.code or "", detail, index=0)
    problem = problems.body(status, detail, errors=[error])
    body: dict[str, Any] = {**problem, **counts([result]), "results": [result]}
    return HttpResponse(
        msgspec.json.encode(body), content_type=problems.CONTENT_TYPE, status=status
    )


def _answer_atomic(results: Sequence[Result]) -> HttpResponse:
    """A body that stands or falls as one: its bad items as errors, the others untouched."""
    errors = [
        InputError("", result.code or "", result.detail or "", index=result.index)
        for result in results
        if result.status == "rejected"
    ]
    return problems.response(422, receiving.NOTHING_STORED, errors=errors)


def _unauthorized() -> HttpResponse:
    answer = problems.response(
        401, "The token is unknown or no longer good. Send it as: Authorization: Bearer TOKEN"
    )
    answer["WWW-Authenticate"] = "Bearer"
    return answer


def _unsupported(content_type: str) -> HttpResponse:
    answer = problems.response(
        415, f"{content_type[:80] or 'No Content-Type'}: send {' or '.join(SUPPORTED)}."
    )
    answer["Accept-Post"] = ", ".join(SUPPORTED)
    return answer
