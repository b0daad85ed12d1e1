"""Measuring with the member's own browser: the page that talks to a cuff, and where it sends to.

The page's script passes on the bytes that the cuff sends, as a gateway does; what they mean is
decided here, by the same way in as everybody's (docs/measuring-with-a-browser.md).
"""

from base64 import b64encode
from typing import Any

import msgspec
from django.conf import settings
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from devices import authenticating, rate_limits, receiving
from devices import queries as devices
from devices.api import bodies
from devices.ingesting.results import counts
from devices.kinds.blood_pressure import limits
from devices.rate_limits import TooFast
from devices.wire import native
from devices.wire.batch import TooMany, Unreadable
from healthcare.accounts.middleware import session_of
from healthcare.patients import consenting
from healthcare.patients.models import Purpose
from healthcare.rest import problems
from healthcare.rest.headers import permit
from portal.doors import MemberVisit, member, sending_member
from portal.my.watching import watchers

SALT = "portal.my.measuring"
REST_BEFORE = 120  # seconds; JSH: one to two minutes of sitting still, a minute between two
REST_BETWEEN = 60
REST_AFTER_CRISIS = 300
RETRY_AFTER = 5
# A session has no token by which it could be found anew: what ended meanwhile stays ended.
FOUND_ONCE = ""


@require_GET
@member
def measure(request: HttpRequest, visit: MemberVisit) -> HttpResponse:
    """Guide through two measurements; in words where the browser knows no Bluetooth."""
    person = visit.patient
    held = devices.devices_of(patient_id=person.pk, at=visit.now)
    # A cuff that one person holds under two of its users is one cuff.
    cuffs = {one.serial: one for one in held if one.kind == "blood_pressure"}
    context = {
        "visit": visit,
        "care": watchers(person, now=visit.now),
        "cuffs": list(cuffs.values()),
        "agrees": consenting.stands(patient_id=person.pk, purpose=Purpose.CARE, now=visit.now),
        "keys": " ".join(_keys(person.pk)),
        "rest_before": REST_BEFORE,
        "rest_between": REST_BETWEEN,
        "rest_after_crisis": REST_AFTER_CRISIS,
        "limits": limits,
        "again_within": int(limits.SECOND_CRISIS_WITHIN.total_seconds()),
    }
    page = render(request, "portal/my/measure.html", context)
    permit(page, "bluetooth")
    return page


@require_POST
@sending_member
def send(request: HttpRequest, visit: MemberVisit) -> HttpResponse:
    """Store what the page heard: bodies and results as of `POST /api/v1/readings`, for devices in
    this member's hands. A list of results with 200, or a problem+json; 2xx means committed."""
    session = session_of(request)
    credential = session and authenticating.as_browser(
        session_id=session.pk, at=visit.now, by=visit.user.actor
    )
    if not (session and credential):
        return _not_now()
    if request.content_type != native.JSON:
        return problems.response(415, f"Send {native.JSON}.")
    allowance = rate_limits.of_session(session.pk)
    try:
        allowance.take_post()
        batch = native.read(bodies.read(request), native.JSON)
        allowance.take_items(len(batch))
        results = receiving.receive(batch, credential=credential, token=FOUND_ONCE)
    except TooFast as problem:
        detail = _("Nothing was stored, send again.")
        return problems.response(429, detail, retry_after=problem.retry_after)
    except bodies.BadBody as problem:
        return problems.response(problem.status, problem.detail)
    except TooMany as problem:
        return problems.response(413, str(problem))
    except Unreadable as problem:
        return problems.response(400, str(problem))
    except (OperationalError, InterfaceError, InternalError):
        allowance.give_back_items()
        return problems.response(503, _("Nothing was stored, send again."), retry_after=RETRY_AFTER)
    if results is None:
        return _not_now()
    body: dict[str, Any] = {**counts(results), "results": results}
    return HttpResponse(msgspec.json.encode(body), content_type=native.JSON)


def _not_now() -> HttpResponse:
    """Signed in at the door, but not, or no longer, somebody whose readings may be stored."""
    detail = _("Without your consent to care nothing is stored.")
    return problems.response(409, detail)


def _keys(patient_id: int) -> list[str]:
    """What seals this member's readings in the browser while they wait, the newest first: only
    a page that they signed in to opens them."""
    return [
        b64encode(
            salted_hmac(SALT, str(patient_id), secret=secret, algorithm="sha256").digest()
        ).decode()
        for secret in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    ]
