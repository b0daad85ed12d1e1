"""Somebody of a member's family makes a log-in of their own with the code they were given.

Nothing of the member is shown here, not even a name: a code that was found opens nothing more
than a log-in, whose views the member sees and ends. Codes are not tried out: each attempt counts,
for its address and over all. User names are not either: only who holds a code that works is told
that a name is taken.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from allauth.core import ratelimit
from django import forms
from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from healthcare.accounts import people
from healthcare.accounts.models import Role, User
from healthcare.audit.actors import Actor
from healthcare.patients import watching_along
from portal.errors import too_many_requests

P = ParamSpec("P")
# The longest that `invitation_code` of ACCOUNT_RATE_LIMITS keeps anybody out.
WAIT_SECONDS = 300
TAKEN = gettext_lazy("This user name is taken: choose another.")


class LogInForm(forms.Form):
    """The log-in that somebody makes for themselves."""

    full_name = forms.CharField(max_length=80)
    username = forms.CharField(max_length=150, validators=[UnicodeUsernameValidator()])
    password = forms.CharField(max_length=200, strip=False)

    def may_ask_for_names(self) -> bool:
        """Whether they may be told that a name is taken; who was not invited may not."""
        return True

    def clean_username(self) -> str:
        """Free, whatever the case."""
        username: str = self.cleaned_data["username"]
        if self.may_ask_for_names() and User.objects.filter(username__iexact=username).exists():
            raise ValidationError(TAKEN)
        return username

    def clean(self) -> dict[str, Any]:
        """The password is strong enough by the installation's rules, which know the names."""
        given = super().clean() or self.cleaned_data
        if "password" in given:
            names = User(username=given.get("username", ""), first_name=given.get("full_name", ""))
            try:
                validate_password(given["password"], names)
            except ValidationError as error:
                self.add_error("password", error)
        return given


class JoinForm(LogInForm):
    """A code, and the log-in that is made with it."""

    code = forms.CharField(max_length=40)
    # The code first, so that the others know whether there is one.
    field_order = ("code",)

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def clean_code(self) -> str:
        """One that waits to be used."""
        code: str = self.cleaned_data["code"]
        if not watching_along.is_waiting(code=code, now=self.now):
            raise ValidationError(refusal(watching_along.WatchingRefused("code")))
        return code

    def may_ask_for_names(self) -> bool:
        """Who has no code that works is not told whether a name is taken."""
        return "code" in self.cleaned_data


def codes_are_counted(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Every attempt with a code counts, the right ones too: a count that a right code set back
    would let its holder go on. Put it outside the door, whose transaction would hold the count."""

    @wraps(view)
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if ratelimit.consume(request, action="invitation_code", key="everybody"):
            return view(request, *args, **kwargs)
        words = _("Too many attempts. Try again in five minutes.")
        return too_many_requests(request, explanation=words, seconds=WAIT_SECONDS)

    return page


@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "POST"])
@codes_are_counted
def join(request: HttpRequest) -> HttpResponse:
    """The form; who is signed in already uses the code on their own page."""
    if isinstance(request.user, User) and request.user.role == Role.MEMBER:
        return redirect("portal:my:watching")
    form = JoinForm(request.POST if request.method == "POST" else None, now=timezone.now())
    if request.method == "POST" and form.is_valid():
        try:
            _make(form)
        except watching_along.WatchingRefused as refused:
            form.add_error("code", refusal(refused))
        except IntegrityError:
            # Somebody else took it between our look and now.
            form.add_error("username", TAKEN)
        else:
            messages.success(request, _("Your log-in is made. Sign in with it."))
            return redirect("portal:sign-in")
    return render(request, "portal/join.html", {"form": form}, status=422 if form.errors else 200)


@transaction.atomic
def _make(form: JoinForm) -> None:
    """The log-in and its watching, or neither: a code that is wrong makes no user."""
    given, now = form.cleaned_data, form.now
    user = people.create_user(
        username=given["username"],
        password=given["password"],
        role=Role.MEMBER,
        full_name=given["full_name"],
        now=now,
        by=Actor("nobody", name="join"),
    )
    watching_along.accept(code=given["code"], user=user, now=now)


def refusal(refused: watching_along.WatchingRefused) -> str:
    """Why a code does not work, and what to do."""
    match str(refused):
        case "own":
            return _("This is a code of your own. Give it to somebody of your family.")
        case "already":
            return _("You watch along with this person already.")
        case _:
            return _("This code is not valid: it was used, taken back, or is older than 7 days.")
