"""How somebody becomes signed in: allauth asks, this answers, a session of ours is opened."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import (
    get_authentication_records,
    perform_login,
    record_authentication,
)
from allauth.account.models import Login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from healthcare.accounts import factors, sessions
from healthcare.accounts.browsers import in_words
from healthcare.accounts.middleware import KEY, SET_UP, session_of
from healthcare.accounts.models import IdentityProvider, Method, Role, User
from healthcare.accounts.signals import SignInRefused, session_opened
from healthcare.audit.actors import Actor
from healthcare.audit.recording import record

NOBODY = Actor("nobody")
YEAR = 365 * 24 * 3600
WITH_PASSWORD = {"totp": Method.PASSWORD_AND_CODE, "webauthn": Method.PASSWORD_AND_PASSKEY}
OWN_MEANS = gettext_lazy(
    "Add a passkey now: with it this log-in stays yours when your telephone contract ends."
)
# The door at which somebody confirms where they signed in.
ELSEWHERE = {"id": "portal:account:confirm-elsewhere", "description": ""}


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
        try:
            with transaction.atomic():
                super().login(request, user)
                self._open_session(request, user)
        except SignInRefused as refused:
            failed(user=user, step="provider")
            logout(request)
            messages.error(request, str(refused))
            raise ImmediateHttpResponse(
                HttpResponseRedirect(reverse("portal:sign-in"))
            ) from refused

    def _open_session(self, request: HttpRequest, user: User) -> None:
        way, now = how(request, user), timezone.now()
        shown = now if way.proved_at is None else datetime.fromtimestamp(way.proved_at, UTC)
        session = sessions.open_session(
            user=user,
            method=way.method,
            strong=way.strong,
            provider=_provider(way),
            proved_at=min(shown, now),
            address=request.META.get("REMOTE_ADDR") or None,
            browser=in_words(request.META.get("HTTP_USER_AGENT", "")),
            now=now,
            by=user.actor,
        )
        session_opened.send(None, session=session, step=way.elsewhere)
        request.session[KEY] = session.pk
        request.signed_in = session  # type: ignore[attr-defined]

    def get_login_stages(self) -> list[str]:
        """allauth's, with our answer to whether a second step is due."""
        ours = f"{SecondStepUnlessVouchedFor.__module__}.{SecondStepUnlessVouchedFor.__name__}"
        theirs = f"{AuthenticateStage.__module__}.{AuthenticateStage.__name__}"
        return [ours if stage == theirs else stage for stage in super().get_login_stages()]

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        answer: HttpResponse = super().post_login(request, user, **kwargs)
        if user.role == Role.MEMBER and not has_own_means(user):
            messages.warning(request, OWN_MEANS)
            answer = HttpResponseRedirect(reverse(SET_UP))
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
        """The first one is asked for. A password alone confirms nothing for somebody who has a
        second factor, and recovery codes are for when a passkey is not at hand."""
        found: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if factors.has_second_factor(user):
            found = [method for method in found if method["id"] != "reauthenticate"]
        if not is_mfa_enabled(user, [Authenticator.Type.TOTP]):
            found.sort(key=lambda method: method["id"] == "mfa_reauthenticate")
        session = session_of(self.request)
        if session is not None and session.provider_id is not None:
            found.append(ELSEWHERE | {"url": reverse(ELSEWHERE["id"])})
        return found

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """A sign-in of the last minutes is a proof like any other."""
        session = session_of(self.request) if self.request else None
        return session is None or not sessions.is_recent(session=session, now=timezone.now())


class SecondStepUnlessVouchedFor(AuthenticateStage):  # type: ignore[misc]
    """A provider that says that it saw a second factor is asked for none here."""

    def handle(self) -> Any:
        user = self.login.user
        if user is not None and how(self.request, user).strong:
            return None, True
        return super().handle()


@dataclass(frozen=True, slots=True)
class Way:
    """By what a sign-in was shown. `elsewhere` is what a door with another provider noted, and
    `proved_at` when it was shown there, in seconds; None: here and now."""

    method: Method
    strong: bool
    proved_at: float | None = None
    elsewhere: Mapping[str, Any] = field(default_factory=dict)


def how(request: HttpRequest, user: User) -> Way:
    """By what this sign-in was shown so far, and whether that is strong."""
    way = Way(Method.PASSWORD, strong=False)
    for step in get_authentication_records(request, user):
        match step:
            case {"method": Method.OIDC, "strong": bool(strong), "proved_at": at}:
                way = Way(Method.OIDC, strong, at, step)
            case {"method": "mfa", "type": "webauthn", "passwordless": True}:
                way = Way(Method.PASSKEY, strong=True)
            case {"method": "mfa", "type": "recovery_codes"}:
                way = replace(way, method=Method.RECOVERY_CODE, strong=True, proved_at=None)
            case {"method": "mfa", "type": kind} if way.method == Method.PASSWORD:
                way = Way(WITH_PASSWORD[kind], strong=True)
            case {"method": "mfa"}:
                way = replace(way, strong=True, proved_at=None)
    return way


def enter_from(
    provider: IdentityProvider,
    request: HttpRequest,
    user: User,
    *,
    strong: bool,
    proved_at: datetime | None,
    back_to: str,
    **noted: int,
) -> HttpResponse:
    """Sign somebody in who showed at this provider who they are.

    Args:
        strong: the provider vouches for a second factor; otherwise ours is asked for.
        proved_at: when they showed it there, which may be hours ago; None where it says not.
        noted: told to those who hear `session_opened`.
    """
    record_authentication(
        request,
        user,
        method=Method.OIDC.value,
        strong=strong,
        provider=provider.pk,
        proved_at=0 if proved_at is None else proved_at.timestamp(),
        **noted,
    )
    answer: HttpResponse = perform_login(request, Login(user=user, redirect_url=back_to or None))
    return answer


def confirmed_at(provider: IdentityProvider, request: HttpRequest, user: User) -> None:
    """Somebody signed in showed there once more who they are."""
    record_authentication(
        request, user, method=Method.OIDC.value, provider=provider.pk, reauthenticated=True
    )


def has_own_means(user: User) -> bool:
    """Whether this person can sign in here by themselves, whatever becomes of other accounts."""
    return bool(user.has_usable_password()) or factors.has_second_factor(user)


def _provider(way: Way) -> IdentityProvider | None:
    return IdentityProvider.objects.get(pk=way.elsewhere["provider"]) if way.elsewhere else None


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
