"""`POST /api/v1/oauth/token` and `/revoke`: where a member's app exchanges its code, refreshes its
token and signs itself off. Answers are those of RFC 6749 and 7009, not problems.

The page on which the member says yes is `/my/apps/authorize`.
"""

from authlib.oauth2 import OAuth2Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from devices import authenticating
from devices.member_apps.server import MemberAppServer
from healthcare.hospitals.scope import Scope, acting_in

FORM = "application/x-www-form-urlencoded"


@csrf_exempt
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """Exchange a code, or refresh. Which member it is about follows from what is presented."""
    presented = request.POST.get("code") or request.POST.get("refresh_token") or ""
    return _answer(request, presented, "token")


@csrf_exempt
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """End what the member approved. 200 whether or not the token was good."""
    return _answer(request, request.POST.get("token", ""), "revocation")


def _answer(request: HttpRequest, presented: str, asked: str) -> HttpResponse:
    if request.content_type != FORM or request.GET:
        # Tokens in an address end in logs.
        return _refuse("invalid_request", f"Send a body of {FORM}, and nothing in the address.")
    server = MemberAppServer(now=timezone.now())
    owner = authenticating.owner_of(presented)
    scope = Scope.nobody() if owner is None else Scope.people(frozenset([owner]))
    try:
        # A refusal commits too: a token that was used twice ends what was approved.
        with acting_in(scope):
            if asked == "token":
                answer: HttpResponse = server.create_token_response(request)
            else:
                answer = server.create_endpoint_response(asked, request)
    except OAuth2Error as error:
        return _refuse(error.error, error.description or "")
    return answer


def _refuse(error: str, description: str) -> HttpResponse:
    return JsonResponse({"error": error, "error_description": description}, status=400)
