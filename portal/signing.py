"""Signing in and out, and the first page after it; the language and the look of the pages."""

from typing import Any

from allauth.account.views import LoginView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.conf import settings
from django.contrib.auth.views import LogoutView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.i18n import set_language

from healthcare.accounts import sessions
from healthcare.accounts.middleware import session_of
from healthcare.accounts.models import Role, User
from portal.account.elsewhere import offered
from portal.account.pages import as_json
from portal.doors import to_sign_in

THEMES = ("light", "dark", "auto")
METHODS = ("get", "head", "post")
YEAR = 365 * 24 * 3600
FEW = 4  # providers that the sign-in page names itself

HOMES = {
    Role.CLINICIAN: "portal:clinic:worklist",
    Role.MEMBER: "portal:my:home",
    Role.OPERATOR: "portal:operator:imports",
    Role.SUPPORT: "portal:support",
    Role.ADMIN: "portal:platform:home",
}


class SignIn(LoginView):  # type: ignore[misc]
    """The first page of everybody who is not signed in: what this is, and the form."""

    template_name = "portal/sign_in.html"
    # Django takes PUT for POST in a form's view.
    http_method_names = METHODS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**kwargs)
        return {**found, "providers": offered(), "few": FEW}


class SecondStep(AuthenticateView):  # type: ignore[misc]
    """After the password: the app's code, a passkey or a recovery code."""

    template_name = "portal/account/second_step.html"
    http_method_names = METHODS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**kwargs)
        return {**found, "options": as_json(found["js_data"]["request_options"])}


class ByPasskey(LoginWebAuthnView):  # type: ignore[misc]
    """What the device is asked to sign, and its answer."""

    http_method_names = METHODS


class SignOut(LogoutView):
    """Ends the session; POST only."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        session = session_of(request)
        if isinstance(request.user, User) and session is not None:
            user = request.user
            sessions.end_one(user=user, session_id=session.pk, now=timezone.now(), by=user.actor)
        return super().post(request, *args, **kwargs)


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """To the first page of the person's role."""
    if not isinstance(request.user, User):
        return to_sign_in(request)
    page = HOMES.get(Role(request.user.role))
    if page is None:
        raise PermissionDenied(_("No page is yours yet. Administrators work with manage.py."))
    return redirect(page)


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language: kept in a cookie, and in the person's record when signed in."""
    chosen = request.POST.get("language", "")
    if isinstance(request.user, User) and chosen in dict(settings.LANGUAGES):
        request.user.language = chosen
        request.user.save(update_fields=["language"])
    return set_language(request)


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark or as the system says; kept in a cookie, so no script is needed."""
    chosen = request.POST.get("theme", "auto")
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    answer = HttpResponseRedirect(back)
    if chosen in THEMES:
        _remember(answer, settings.THEME_COOKIE_NAME, chosen)
    return answer


def _remember(answer: HttpResponse, name: str, value: str) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=YEAR,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
