"""How somebody becomes signed in: allauth asks, this answers, a session of ours is opened."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from healthcare.accounts import factors, sessions
from healthcare.accounts.browsers import in_words
from healthcare.accounts.middleware import KEY, session_of
from healthcare.accounts.models import Method, User
from healthcare.audit.actors import Actor
from healthcare.audit.recording import record

NOBODY = Actor("nobody")
YEAR = 365 * 24 * 3600


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """What allauth asks about sign-in. Sign-up is closed: log-ins are given out."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": gettext_lazy("User name or password did not fit."),
        "invalid_login": gettext_lazy("User name or password did not fit."),
        "too_many_login_attempts": gettext_lazy("Too many attempts. Try again in five minutes."),
        "rate_limited": gettext_lazy("Too many attempts. Try again in five minutes."),
        "incorrect_password": gettext_lazy("That password did not fit."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Pages say by themselves what happened; only errors in words are passed on."""
        if message:
            messages.add_message(request, level, message, extra_tags=extra_tags)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """No mail: an address is not something every person here has."""

    def is_ajax(self, request: HttpRequest) -> bool:
        """Only what a passkey has to sign is asked for by script; pages answer as pages."""
        asks = request.path == reverse("mfa_login_webauthn") and request.method == "GET"
        return asks and bool(super().is_ajax(request))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        known = User.objects.filter(username=credentials.get("username", "")).first()
        failed(user=known, step="password")

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """A passkey of somebody who left: as if it fitted nobody."""
        failed(user=user, step="inactive")
        messages.error(request, _("That did not fit."))
        return HttpResponseRedirect(reverse("portal:sign-in"))

    def login(self, request: HttpRequest, user: User) -> None:
        method, strong = how(request, user)
        with transaction.atomic():
            super().login(request, user)
            session = sessions.open_session(
                user=user,
                method=method,
                strong=strong,
                address=request.META.get("REMOTE_ADDR") or None,
                browser=in_words(request.META.get("HTTP_USER_AGENT", "")),
                now=timezone.now(),
                by=user.actor,
            )
            request.session[KEY] = session.pk

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        answer: HttpResponse = super().post_login(request, user, **kwargs)
        if user.language:
            answer.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                user.language,
                max_age=YEAR,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        return answer

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """A password alone confirms nothing for somebody who has a second factor."""
        found: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if factors.has_second_factor(user):
            return [method for method in found if method["id"] != "reauthenticate"]
        return found

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """A sign-in of the last minutes is a proof like any other."""
        session = session_of(self.request) if self.request else None
        return session is None or not sessions.is_recent(session=session, now=timezone.now())


def how(request: HttpRequest, user: User) -> tuple[Method, bool]:
    """By what this sign-in was shown, and whether that is strong."""
    method, strong = Method.PASSWORD, False
    for step in get_authentication_records(request, user):
        match step:
            case {"method": "socialaccount"}:
                method, strong = Method.OIDC, False
            case {"method": "mfa", "type": "webauthn", "passwordless": True}:
                method, strong = Method.PASSKEY, True
            case {"method": "mfa", "type": "webauthn"}:
                method, strong = Method.PASSWORD_AND_PASSKEY, True
            case {"method": "mfa", "type": "totp"}:
                method, strong = Method.PASSWORD_AND_CODE, True
            case {"method": "mfa", "type": "recovery_codes"}:
                method, strong = Method.RECOVERY_CODE, True
    return method, strong


def failed(*, user: User | None, step: str) -> None:
    """Record a sign-in that failed. The name that was typed is not kept: it may be a password."""
    record(
        action="accounts.sign_in_failed",
        subject_type="user",
        subject_id="" if user is None else user.pk,
        details={"step": step},
        at=timezone.now(),
        by=NOBODY,
    )


def code_refused(sender: object, user: User, **_: Any) -> None:
    """allauth's signal that a code did not fit."""
    failed(user=user, step="second factor")


def proved_again(sender: object, request: HttpRequest, user: User, **step: Any) -> None:
    """allauth's signal that a step succeeded; of interest is the confirmation in a session."""
    session = session_of(request)
    if session is not None and step.get("reauthenticated"):
        sessions.prove(session=session, now=timezone.now())
