"""Signing in with an account at a hospital's or an operator's provider (OpenID Connect).

`start` sends the browser there, `answered` is where it comes back: to sign in, to link the account
to the log-in of somebody signed in, or to confirm who they are.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.internal.flows.reauthentication import resume_request
from allauth.core.internal.ratelimit import consume_or_429
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from healthcare.accounts import factors, identities, openid, sessions, signing_in
from healthcare.accounts.middleware import session_of
from healthcare.accounts.models import IdentityProvider, Session, User
from healthcare.subscribers import line_door, linking
from portal.account import attempts
from portal.account.attempts import Attempt, Purpose
from portal.account.pages import own_page
from portal.templatetags.pages import named

log = logging.getLogger(__name__)

SIGN_IN = "portal:sign-in"
LINKS = "portal:account:links"
CONFIRM = "portal:account:confirm-elsewhere"
CLOCKS_DIFFER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """The browser has come back with a proof."""

    request: HttpRequest
    provider: IdentityProvider
    attempt: Attempt
    proof: openid.Proof
    now: datetime

    @property
    def is_fresh(self) -> bool:
        """Whether the person showed there just now who they are."""
        at = self.proof.proved_at
        return at is not None and self.now - at <= sessions.RECENT + CLOCKS_DIFFER


@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """Every provider at which somebody can sign in."""
    context = {"providers": offered(), "back_to": _back_to(request)}
    return render(request, "portal/account/providers.html", context)


def offered() -> list[IdentityProvider]:
    """Providers in the order of their names: hospitals' and operators'."""
    return list(IdentityProvider.objects.filter(is_active=True))


@require_GET
def start(request: HttpRequest, code: str) -> HttpResponse:
    """To this provider, to sign in."""
    if isinstance(request.user, User):
        return redirect("portal:home")
    provider = get_object_or_404(IdentityProvider, code=code, is_active=True)
    # allauth's public function counts no GET.
    limited: HttpResponse | None = consume_or_429(
        request, app="allauth.account", action="login", limit_get=True
    )
    return limited or go(request, provider, Purpose.SIGN_IN, back_to=_back_to(request))


def go(
    request: HttpRequest,
    provider: IdentityProvider,
    purpose: Purpose,
    *,
    back_to: str = "",
    session: Session | None = None,
) -> HttpResponse:
    """Send the browser to a provider."""
    attempt = attempts.begin(
        request,
        provider_id=provider.pk,
        purpose=purpose,
        back_to=back_to,
        session_id=session.pk if session else None,
    )
    try:
        asked = _asked(request, attempt)
        where = openid.address(provider, asked, language=translation.get_language() or "en")
    except openid.ProviderFailed as error:
        return _failed(request, provider, attempt, error)
    answer = HttpResponseRedirect(where)
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@require_GET
def answered(request: HttpRequest) -> HttpResponse:
    """Where every provider sends the browser back to."""
    given = request.GET.dict()
    attempt = attempts.take(request, state=given.get("state", ""))
    if attempt is None:
        messages.error(request, _("That took too long, or was used already. Please begin again."))
        return redirect("portal:home")
    provider = get_object_or_404(IdentityProvider, pk=attempt.provider_id, is_active=True)
    now = timezone.now()
    try:
        proof = openid.redeem(provider, _asked(request, attempt), answer=given, now=now)
    except (openid.ProviderFailed, openid.ProofRefused) as error:
        return _failed(request, provider, attempt, error)
    answer = Answer(request, provider, attempt, proof, now)
    if attempt.purpose == Purpose.SIGN_IN:
        return _sign_in(answer)
    session = session_of(request)
    if not isinstance(request.user, User) or session is None or session.pk != attempt.session_id:
        messages.error(request, _("Your session has ended meanwhile. Please begin again."))
        return redirect(SIGN_IN)
    if attempt.purpose == Purpose.LINK:
        return _link(answer, request.user)
    return _confirm(answer, request.user, session)


def _sign_in(answer: Answer) -> HttpResponse:
    request, provider = answer.request, answer.provider
    if isinstance(request.user, User):
        return redirect("portal:home")
    user, noted = _whose(answer)
    if user is None:
        signing_in.failed(user=None, step="provider")
        messages.error(
            request,
            _(
                "This account at %(provider)s opens no log-in here. Sign in with your own log-in"
                " and link it under Account, or ask those who gave it to you."
            )
            % {"provider": named(provider)},
        )
        return redirect(SIGN_IN)
    return signing_in.enter_from(
        provider,
        request,
        user,
        strong=answer.proof.strong,
        proved_at=answer.proof.proved_at,
        back_to=answer.attempt.back_to,
        **noted,
    )


def _whose(answer: Answer) -> tuple[User | None, dict[str, int]]:
    """Whose log-in the account opens, and what the sign-in has to note for later."""
    provider, subject, now = answer.provider, answer.proof.subject, answer.now
    if provider.hospital_id is not None:
        return identities.user_of(provider, subject=subject, now=now), {}
    opened = line_door.opened_by(provider, subject=subject, now=now)
    return (opened.user, {"line_access": opened.access_id}) if opened else (None, {})


def _link(answer: Answer, user: User) -> HttpResponse:
    request, provider = answer.request, answer.provider
    subject, now = answer.proof.subject, answer.now
    if not answer.is_fresh:
        # Whoever used this browser before may be signed in there still.
        signing_in.failed(user=user, step="link")
        messages.error(request, _("It was not linked: sign in there anew when you are asked to."))
        return redirect(LINKS)
    try:
        if provider.hospital_id is not None:
            identities.link(user=user, provider=provider, subject=subject, now=now, by=user.actor)
        else:
            line_door.link_own(user, provider, subject=subject, now=now)
    except (identities.CannotLink, linking.CannotLink):
        messages.error(
            request,
            _("It was not linked: this account, or your log-in, is linked otherwise already."),
        )
    else:
        messages.success(request, _("Linked. From now on that account opens this log-in."))
    return redirect(LINKS)


def _confirm(answer: Answer, user: User, session: Session) -> HttpResponse:
    """The same account as signed in, proved there just now, and as strong as the session is."""
    whose, _noted = _whose(answer)
    enough = answer.proof.strong or not (session.strong or factors.has_second_factor(user))
    if whose == user and answer.is_fresh and enough:
        signing_in.confirmed_at(answer.provider, answer.request, user)
    else:
        signing_in.failed(user=user, step="confirmation")
        messages.error(
            answer.request,
            _("That was no fresh proof of who you are. Add a passkey or an app to confirm here.")
            if whose == user
            else _("That was another account than the one you signed in with."),
        )
    return _after(answer.attempt)


@require_GET
@own_page
def confirm(request: HttpRequest, user: User, session: Session) -> HttpResponse:
    """Asks somebody who signed in elsewhere to confirm there; goes on by itself afterwards."""
    if session.provider is None:
        raise Http404
    if sessions.is_recent(session=session, now=timezone.now()):
        return resume_request(request) or redirect("portal:home")
    context = {
        "provider": session.provider,
        "back_to": _back_to(request),
        "own": factors.has_second_factor(user),
    }
    return render(request, "portal/account/confirm_elsewhere.html", context)


@require_GET
@own_page
def confirm_there(request: HttpRequest, user: User, session: Session) -> HttpResponse:
    """To the provider of this session, which has to ask once more."""
    if session.provider is None or not session.provider.is_active:
        raise Http404
    return go(
        request, session.provider, Purpose.CONFIRM, back_to=_back_to(request), session=session
    )


def _failed(
    request: HttpRequest, provider: IdentityProvider, attempt: Attempt, error: Exception
) -> HttpResponse:
    log.warning("Sign-in at provider %s failed: %s", provider.code, error)
    if isinstance(error, openid.ProviderFailed):
        said = _("%(provider)s does not answer. Try again later, or use another way.")
    else:
        said = _("%(provider)s did not confirm who you are. Try again, or use another way.")
    messages.error(request, said % {"provider": named(provider)})
    return _after(attempt)


def _after(attempt: Attempt) -> HttpResponse:
    """The page from which an attempt began."""
    begun = {Purpose.SIGN_IN: SIGN_IN, Purpose.LINK: LINKS, Purpose.CONFIRM: CONFIRM}
    query = f"?{urlencode({'next': attempt.back_to})}" if attempt.back_to else ""
    return HttpResponseRedirect(reverse(begun[Purpose(attempt.purpose)]) + query)


def _asked(request: HttpRequest, attempt: Attempt) -> openid.Asked:
    return openid.Asked(
        redirect_uri=request.build_absolute_uri(reverse("portal:sign-in-answered")),
        state=attempt.state,
        nonce=attempt.nonce,
        verifier=attempt.verifier,
        again=attempt.purpose != Purpose.SIGN_IN,
    )


def _back_to(request: HttpRequest) -> str:
    """The page of ours that was asked for, else empty."""
    asked = request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()})
    return asked if ours else ""
