"""Step-up: who takes data out of the house shows once more who they are, at most 5 minutes ago."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
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
    """The same for the API. A personal token is its own proof and needs no session."""

    message = (
        "Confirm who you are at /account/confirm and ask again within five minutes,"
        " or use a personal token."
    )

    def has_permission(self, request: Request, view: Any) -> bool:
        if request.auth is not None:
            return True
        session = session_of(request._request)
        return session is not None and sessions.is_recent(session=session, now=timezone.now())
