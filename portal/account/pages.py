"""What the pages of one's own sign-in have in common."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from healthcare.accounts.middleware import session_of
from healthcare.accounts.models import Session, User
from healthcare.accounts.stepping_up import require_proof
from portal.doors import speak, to_sign_in

P = ParamSpec("P")


class OwnPage:
    """A view of allauth for somebody signed in, in the language they chose."""

    request: HttpRequest
    # Django takes PUT for POST in a form's view.
    http_method_names = ("get", "head", "post")
    # allauth asks for a fresh proof itself, but not somebody who has nothing to show here.
    asks_for_proof = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not isinstance(request.user, User):
            return to_sign_in(request)
        if self.asks_for_proof:
            require_proof(request)
        speak(request, request.user)
        answer: HttpResponseBase = super().dispatch(  # type: ignore[misc]
            request, *args, **kwargs
        )
        return answer


def own_page(
    view: Callable[Concatenate[HttpRequest, User, Session, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A page for anybody signed in, whatever their role, about their own sign-in."""

    @wraps(view)
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        session = session_of(request)
        if not isinstance(request.user, User) or session is None:
            return to_sign_in(request)
        speak(request, request.user)
        return view(request, request.user, session, *args, **kwargs)

    return page


def as_json(options: dict[str, Any]) -> str:
    """What the browser is asked for a passkey, for an attribute of the form."""
    return json.dumps(options, cls=DjangoJSONEncoder)
