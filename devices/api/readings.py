"""`POST /api/v1/readings`: the one door for devices.

A plain view: it is asked 500 times a second in the morning hour, and what DRF does for people
(sessions, content negotiation, serializers) would be most of the work.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from django.db import InterfaceError, InternalError, OperationalError, ProgrammingError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from devices import authenticating, ingest
from devices.api.bodies import BadBody
from devices.api.bodies import read as read_body
from devices.authenticating import Credential, Stale
from devices.ingesting import partitions
from devices.ingesting.results import Result, Status, counts
from devices.wire import native
from devices.wire.batch import Batch, TooMany, Unreadable
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.rest import problems
from healthcare.rest.problems import InputError

SUPPORTED = (native.JSON, native.NDJSON)
STATUS_OF_A_BARE_ITEM: dict[Status, int] = {
    "accepted": 201,
    "duplicate": 200,
    "conflict": 409,
    "quarantined": 202,
    "rejected": 422,
}
RETRY_AFTER = 5
ATTEMPTS = 3
# Two transactions met; the loser only has to try again.
DEADLOCK, SERIALIZATION = "40P01", "40001"
UNDEFINED_TABLE = "42P01"


@csrf_exempt
def post_readings(request: HttpRequest) -> HttpResponse:
    """Take in a body of readings. Everything but 2xx is a problem+json."""
    if request.method != "POST":
        answer = problems.response(405, "Readings are sent by POST.")
        answer["Allow"] = "POST"
        return answer
    try:
        token = _token(request)
        credential = authenticating.find(token, at=timezone.now()) if token else None
        if credential is None:
            return _unauthorized()
        if request.content_type not in SUPPORTED:
            return _unsupported(request.content_type or "")
        batch = native.read(read_body(request), request.content_type)
        results = _take_in(batch, credential, token)
        if results is None:
            return _unauthorized()
    except BadBody as problem:
        return problems.response(problem.status, problem.detail)
    except TooMany as problem:
        return problems.response(413, str(problem))
    except Unreadable as problem:
        error = InputError(problem.field, "unreadable", str(problem))
        return problems.response(400, str(problem), errors=[error] if problem.field else None)
    except (OperationalError, InterfaceError, InternalError):
        return problems.response(
            503,
            "The database does not answer: nothing was stored, send it again.",
            retry_after=RETRY_AFTER,
        )
    return _answer_bare(results[0]) if batch.bare else _answer(200, results)


def _token(request: HttpRequest) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _take_in(batch: Batch, credential: Credential, token: str) -> list[Result] | None:
    """One transaction; it has committed when this returns. None: the token is no longer good."""
    for attempt in range(1, ATTEMPTS + 1):
        # Read again each time: receiving the body may have taken long.
        now = timezone.now()
        try:
            with acting_in(Scope.ingest()):
                results = ingest.take_in(batch, credential=credential, received_at=now)
                authenticating.confirm(credential, at=now)
            return results
        except Stale:
            found = authenticating.find(token, at=timezone.now())
            if found is None:
                return None
            credential = found
            if attempt == ATTEMPTS:
                raise OperationalError("This device's keys or holders keep changing.") from None
        except OperationalError as error:
            state = getattr(error.__cause__, "sqlstate", None)
            if state not in (DEADLOCK, SERIALIZATION) or attempt == ATTEMPTS:
                raise
        except ProgrammingError as error:
            # A partition that this process knew is gone; the database says which there are.
            if getattr(error.__cause__, "sqlstate", None) != UNDEFINED_TABLE or attempt == ATTEMPTS:
                raise
            partitions.forget()
    raise AssertionError("the last attempt returns or raises")


def _answer(status: int, results: Sequence[Result]) -> HttpResponse:
    body: dict[str, Any] = {**counts(results), "results": results}
    return HttpResponse(msgspec.json.encode(body), content_type=native.JSON, status=status)


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
