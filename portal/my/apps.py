"""A member's apps: the yes that lets one post for them, the list, and the end.

`authorize` is OAuth's authorization endpoint (RFC 6749, 3.1). What the app asks is judged by
`devices.member_apps.server`; an address that is not the app's own is never followed.
"""

from authlib.oauth2 import OAuth2Error
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from devices import queries as devices
from devices import redirects
from devices.member_apps import approving
from devices.member_apps.server import MemberAppServer
from devices.models import AppGrant, Ending
from healthcare.patients import consenting
from healthcare.patients.models import Purpose
from healthcare.rest.headers import content_security_policy
from portal.doors import MemberVisit, member
from portal.my.watching import watchers

DAYS = approving.REFRESH_FOR.days


@require_http_methods(["GET", "POST"])
@member
def apps(request: HttpRequest, visit: MemberVisit) -> HttpResponse:
    """Apps that may post for this member; POST ends one."""
    person = visit.patient
    if request.method == "POST":
        grant = AppGrant.objects.get(pk=_number(request.POST.get("app", "")))
        approving.end(grant=grant, because=Ending.MEMBER, now=visit.now, by=visit.user.actor)
        messages.success(request, _("Ended. This app can no longer send anything for you."))
        return redirect("portal:my:apps")
    context = {
        "visit": visit,
        "care": watchers(person, now=visit.now),
        "apps": approving.living(patient=person, now=visit.now),
        "days": DAYS,
    }
    return render(request, "portal/my/apps.html", context)


@require_http_methods(["GET", "POST"])
@member
def authorize(request: HttpRequest, visit: MemberVisit) -> HttpResponse:
    """Ask the member whether this app may post for them; POST carries the answer."""
    server = MemberAppServer(now=visit.now)
    try:
        asked = server.get_consent_grant(request, visit.user)
    except OAuth2Error as error:
        if error.redirect_uri:
            answer: HttpResponse = server.handle_error_response(request, error)
            return answer
        context = {"reason": error.description or error.error}
        return render(request, "portal/my/app_refused.html", context, status=400)
    agrees = consenting.stands(patient_id=visit.patient.pk, purpose=Purpose.CARE, now=visit.now)
    answered = request.POST.get("do") if request.method == "POST" else None
    if answered == "deny" or (answered == "allow" and agrees):
        return server.create_authorization_response(  # type: ignore[no-any-return]
            asked.request, grant_user=visit.user if answered == "allow" else None, grant=asked
        )
    return _ask(request, visit, asked.client.name, asked.redirect_uri, agrees)


def _ask(
    request: HttpRequest, visit: MemberVisit, name: str, address: str, agrees: bool
) -> HttpResponse:
    person = visit.patient
    held = devices.devices_of(patient_id=person.pk, at=visit.now)
    where = redirects.origin(address)
    context = {
        "visit": visit,
        "care": watchers(person, now=visit.now),
        "app": name,
        "where": where,
        "serials": list(dict.fromkeys(device.serial for device in held)),
        "agrees": agrees,
        "days": DAYS,
    }
    page = render(request, "portal/my/authorize.html", context, status=200 if agrees else 409)
    # A browser applies form-action to where the answer to a form leads, too.
    page["Content-Security-Policy"] = content_security_policy(form_action=where)
    return page


def _number(text: str) -> int:
    """A row's number; one that is none finds nothing."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
