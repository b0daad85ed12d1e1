"""Error pages, in the person's language. The API answers `application/problem+json` instead."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from healthcare.accounts.models import User
from healthcare.rest import problems
from portal.doors import speak

API = ("/api/", "/fhir/")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404. What is foreign and what does not exist read the same."""
    if request.path.startswith(API):
        return problems.not_found(request, exception)
    _speak(request)
    return render(request, "portal/errors/404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: signed in, but with no place to work in; the reason is the door's own sentence."""
    reason = str(exception) if isinstance(exception, PermissionDenied) else ""
    if request.path.startswith(API):
        return problems.response(403, reason or "You may not do this.")
    _speak(request)
    return render(request, "portal/errors/403.html", {"reason": reason}, status=403)


def too_many_requests(
    request: HttpRequest,
    exception: Exception | None = None,
    *,
    explanation: str = "",
    seconds: int = 60,
) -> HttpResponse:
    """429: attempts are counted; they may go on in a minute, or as `explanation` says."""
    _speak(request)
    context = {"explanation": explanation}
    answer = render(request, "portal/errors/429.html", context, status=429)
    answer.headers["Retry-After"] = str(seconds)
    return answer


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that was open too long or came from another site."""
    if request.path.startswith(API):
        return problems.response(
            403, f"{reason or 'CSRF check failed.'} Send the X-CSRFToken header."
        )
    return render(request, "portal/errors/csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, rendered without the database: that may be what broke."""
    if request.path.startswith(API):
        return problems.response(500, "Something broke on our side; it has been logged.")
    return render(request, "portal/errors/500.html", status=500)


def _speak(request: HttpRequest) -> None:
    user = getattr(request, "user", None)
    if isinstance(user, User):
        speak(request, user)
