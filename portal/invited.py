"""The link of an invitation: who invites, a proof of who answers, a log-in; or a no, for ever.

Nothing of the person is shown, not even a name: who holds a link may have found it. A link that
opens nothing looks the same whyever that is. Tries count by address like codes of the family's
invitations, and by link: the fifth wrong proof is its end.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from healthcare.accounts.models import Role, User
from healthcare.inviting import answering
from portal.joining import TAKEN, LogInForm, codes_are_counted


class ProofForm(forms.Form):
    """What the person knows of themselves."""

    birth_date = forms.DateField()
    digits = forms.CharField(max_length=answering.DIGITS, min_length=answering.DIGITS)


class OwnLogInForm(LogInForm):
    """The log-in of whoever is invited; `proven` once they proved to be the person."""

    proven = False

    def may_ask_for_names(self) -> bool:
        """Who is not the person is not told whether a name is taken."""
        return self.proven


@sensitive_post_parameters("password", "birth_date", "digits")
@require_http_methods(["GET", "POST"])
@codes_are_counted
def invited(request: HttpRequest, token: str) -> HttpResponse:
    """The form. Who is signed in as a member answers with their own log-in."""
    operator = answering.inviter(token=token, now=timezone.now())
    if operator is None:
        return _over(request)
    posted = request.POST if request.method == "POST" else None
    proof, log_in = ProofForm(posted), OwnLogInForm(posted)
    if posted is not None:
        try:
            if _accepted(request, token, proof, log_in):
                return redirect("portal:my:consent")
        except answering.LinkOver:
            return _over(request)
        if answering.inviter(token=token, now=timezone.now()) is None:
            return _over(request)
    context = {
        "operator": operator,
        "proof": proof,
        "form": log_in,
        "member": _is_member(request.user),
        "at_work": isinstance(request.user, User) and not _is_member(request.user),
        "no": f"{request.path}/no",
    }
    return render(request, "portal/invited.html", context, status=200 if posted is None else 422)


@require_http_methods(["GET", "POST"])
@codes_are_counted
def decline(request: HttpRequest, token: str) -> HttpResponse:
    """No more invitations: asked once, so that a program that follows links says no for nobody."""
    now = timezone.now()
    operator = answering.inviter(token=token, now=now)
    if operator is None:
        return _over(request)
    said = request.method == "POST"
    if said:
        try:
            answering.say_no(token=token, now=now)
        except answering.LinkOver:
            return _over(request)
    return render(request, "portal/declined.html", {"operator": operator, "said": said})


def _accepted(request: HttpRequest, token: str, proof: ProofForm, log_in: OwnLogInForm) -> bool:
    """Whether the invitation is accepted; the forms say what is to be mended. Raises `LinkOver`."""
    user = request.user
    if isinstance(user, User) and not _is_member(user):
        return False
    if not proof.is_valid():
        return False
    given, now = answering.Proof(**proof.cleaned_data), timezone.now()
    try:
        # Before anything is said of the log-in: user names are not told to who is not the person.
        answering.check(token=token, proof=given, now=now)
        log_in.proven = True
        if not isinstance(user, User) and not log_in.is_valid():
            return False
        wanted = user if isinstance(user, User) else _new(log_in)
        answering.accept(token=token, proof=given, log_in=wanted, now=now)
    except answering.NotThem:
        proof.add_error(None, _("This does not fit the invitation. Look at both again."))
        return False
    except answering.NotTheirs:
        words = _("This log-in is somebody's already. Sign out, and make one for this person.")
        proof.add_error(None, words)
        return False
    except IntegrityError:
        # Somebody else took it between our look and now.
        log_in.add_error("username", TAKEN)
        return False
    messages.success(
        request, _("Welcome. Sign in with your log-in, then choose what you agree to.")
    )
    return True


def _new(form: LogInForm) -> answering.NewLogIn:
    given: dict[str, Any] = form.cleaned_data
    language = "ja" if (translation.get_language() or "").startswith("ja") else "en"
    return answering.NewLogIn(language=language, **given)


def _is_member(user: object) -> bool:
    return isinstance(user, User) and user.role == Role.MEMBER


def _over(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/invitation_over.html", status=404)
