"""The one place that decides whether a session counts and whether it is strong enough."""

from collections.abc import Callable
from datetime import datetime

from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from healthcare.accounts import sessions
from healthcare.accounts.models import MUST_HAVE_SECOND_FACTOR, Session, User

KEY = "signed_in"  # in Django's session: the key of the row that decides
SET_UP = "portal:account:second-factor"
# What somebody who owes a second factor reaches: the way to one, the way out, and the dress.
OPEN = frozenset({"portal:sign-out", "portal:sign-in-answered", "portal:language", "portal:theme"})
SETTING_UP = ("/account/second-factor", "/account/confirm")
API = ("/api/", "/fhir/")


def session_of(request: HttpRequest) -> Session | None:
    """The live session this request came with; `None` for nobody and for tokens."""
    found: Session | None = getattr(request, "signed_in", None)
    return found


class LiveSessions:
    """Whoever comes with a session that ended, idled 15 minutes or is 12 hours old is nobody.

    Whoever must have a second factor and shows none is led to set one up; to the API they are
    nobody. A personal token stands for itself and needs no session.
    """

    clock: Callable[[], datetime] = staticmethod(timezone.now)

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # The probes and the devices' door carry no session: without a cookie nothing is asked.
        if isinstance(request.user, User):
            led_away = self._judge(request, request.user)
            if led_away is not None:
                return led_away
        return self.get_response(request)

    def _judge(self, request: HttpRequest, user: User) -> HttpResponse | None:
        now = self.clock()
        found = sessions.find(session_id=request.session.get(KEY), user=user, now=now)
        if found is None:
            logout(request)
            return None
        sessions.see(session=found, now=now)
        request.signed_in = found  # type: ignore[attr-defined]
        if found.strong or user.role not in MUST_HAVE_SECOND_FACTOR:
            return None
        if request.path.startswith(API):
            request.user = AnonymousUser()
            return None
        if _is_open(request.path):
            return None
        return HttpResponseRedirect(reverse(SET_UP))


def _is_open(path: str) -> bool:
    return path.startswith(SETTING_UP) or path in {reverse(name) for name in OPEN}
