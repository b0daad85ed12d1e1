"""Step-up: who takes data out of the house shows once more who they are, at most 5 minutes ago."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from healthcare.accounts import sessions
from healthcare.accounts.middleware import session_of

P = ParamSpec("P")


def recently_signed_in(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A page that is only given to somebody who proved themselves just now.

    Others are asked first and then come back: a form that was sent is sent again by itself. Put it
    inside the door, so that a foreign page stays absent.
    """

    @wraps(view)
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        require_proof(request)
        return view(request, *args, **kwargs)

    return page


def require_proof(request: HttpRequest) -> None:
    """Raise what leads to the confirmation and back, unless the last proof is fresh."""
    session = session_of(request)
    if session is None or not sessions.is_recent(session=session, now=timezone.now()):
        raise ReauthenticationRequired


class RecentlySignedIn(BasePermission):
    """The same for the API: 403 with the way out in words. A personal token is its own proof.

    It judges the object, so a view calls `self.check_object_permissions(request, found)` once it
    has found what was asked for: what is foreign stays absent, whatever the session's age.
    """

    message = (
        "This is an export and the last proof of who you are is older than five minutes."
        " Confirm at /account/confirm and ask again, or use a personal token."
    )

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        return proved_recently(request)


# For `responses` of `extend_schema`.
REFUSES_OLD_PROOF = {
    (403, "application/problem+json"): OpenApiResponse(
        OpenApiTypes.OBJECT, description=RecentlySignedIn.message
    )
}


def proved_recently(request: Request) -> bool:
    """Whether this came with a personal token, or in a session with a fresh proof."""
    if request.auth is not None:
        return True
    session = session_of(request._request)
    return session is not None and sessions.is_recent(session=session, now=timezone.now())
