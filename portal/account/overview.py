"""Where I am signed in, and ending it; my password."""

from typing import Any

from allauth.account.views import PasswordChangeView
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from healthcare.accounts import sessions
from healthcare.accounts.middleware import session_of
from healthcare.accounts.models import Session, User
from portal.account.pages import OwnPage, own_page


@require_GET
@own_page
def overview(request: HttpRequest, user: User, session: Session) -> HttpResponse:
    """The sessions of this person that count now, this one first."""
    now = timezone.now()
    found = sorted(sessions.live(user=user, now=now), key=lambda one: one.pk != session.pk)
    context = {"account": user, "sessions": found, "here": session, "now": now}
    return render(request, "portal/account/sessions.html", context)


@require_POST
@own_page
def end(request: HttpRequest, user: User, session: Session, session_id: int) -> HttpResponse:
    """End one of them; somebody else's is absent."""
    ended = sessions.end_one(user=user, session_id=session_id, now=timezone.now(), by=user.actor)
    if not ended:
        raise Http404
    messages.success(request, _("That session has ended."))
    return redirect("portal:account:sessions")


@require_POST
@own_page
def end_others(request: HttpRequest, user: User, session: Session) -> HttpResponse:
    """End all but this one."""
    sessions.end_others(user=user, kept=session, now=timezone.now(), by=user.actor)
    messages.success(request, _("All other sessions have ended."))
    return redirect("portal:account:sessions")


class ChangePassword(OwnPage, PasswordChangeView):  # type: ignore[misc]
    """A new password; every other session ends with the old one."""

    template_name = "portal/account/password.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if isinstance(request.user, User) and not request.user.has_usable_password():
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_default_success_url(self) -> str:
        return reverse("portal:account:sessions")

    def form_valid(self, form: Any) -> HttpResponse:
        user, session = self.request.user, session_of(self.request)
        with transaction.atomic():
            answer: HttpResponse = super().form_valid(form)
            if isinstance(user, User) and session is not None:
                now = timezone.now()
                sessions.end_others(user=user, kept=session, now=now, by=user.actor)
        messages.success(
            self.request, _("Your password is changed. All other sessions have ended.")
        )
        return answer
