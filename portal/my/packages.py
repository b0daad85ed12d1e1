"""Choosing a package: cards, then a preview with every amount and date, then the confirmation.

What is confirmed is what was shown: the preview's figures travel signed with the form, and a
confirmation whose figures no longer hold is refused and shown anew.
"""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from packages import catalogue, subscribing
from packages import queries as bought
from packages.decisions import living_contract, today_of
from packages.models import Do, Subscription
from packages.pricing.problems import HistoryError
from portal.doors import MemberVisit, member
from portal.my.offers import Shown, card, refusal, shown
from portal.my.watching import watchers

SALT = "portal.my.packages"


@require_GET
@member
def packages(request: HttpRequest, visit: MemberVisit) -> HttpResponse:
    """The packages on offer as one group of cards; the member's own is marked."""
    return render(request, "portal/my/packages.html", _offers(visit))


@require_POST
@member
def preview(request: HttpRequest, visit: MemberVisit) -> HttpResponse:
    """What the choice means and costs, before anything is decided."""
    try:
        do, package = _choice(request, visit)
        found = _previewed(visit, do, package)
    except HistoryError as error:
        context = {**_offers(visit), "refusal": refusal(error)}
        return render(request, "portal/my/packages.html", context, status=422)
    return _preview_page(request, visit, found)


@require_POST
@member
def confirm(request: HttpRequest, visit: MemberVisit) -> HttpResponse:
    """Do what was shown; refused when it no longer holds."""
    try:
        kept: dict[str, Any] = signing.loads(request.POST.get("shown", ""), salt=SALT)
    except signing.BadSignature as error:
        raise Http404 from error
    do, package = Do(kept["do"]), str(kept["package"])
    try:
        found = _previewed(visit, do, package)
        if found.figures() != kept:
            return _preview_page(request, visit, found, stale=True)
        _decide(visit, do, package, on=found.preview.on)
    except HistoryError as error:
        context = {**_offers(visit), "refusal": refusal(error)}
        return render(request, "portal/my/packages.html", context, status=409)
    messages.success(request, _("Done. Your package page shows what holds from when."))
    return redirect("portal:my:packages")


def _offers(visit: MemberVisit) -> dict[str, object]:
    person = visit.patient
    context: dict[str, object] = {"visit": visit, "care": watchers(person, now=visit.now)}
    try:
        contract = living_contract(person, on=visit.now.date())
        today = today_of(person, now=visit.now)
    except HistoryError as error:
        return {**context, "cards": [], "refusal": refusal(error)}
    current = bought.current_subscription(person.pk, today)
    offers = catalogue.offers(operator_id=contract.operator_id, on=today)
    rows = list(bought.subscriptions(person.pk))
    return {
        **context,
        "operator": contract.operator,
        "cards": [card(offer, current, language=visit.language) for offer in offers],
        "current": current,
        "current_name": current.package.display_name(visit.language) if current else "",
        "coming": _coming(visit, rows, today),
    }


def _coming(visit: MemberVisit, rows: list[Subscription], today: date) -> tuple[str, date] | None:
    """A change that waits: the next package's name (empty for none) and its first day."""
    for row in reversed(rows):
        if row.period.lower > today:
            return row.package.display_name(visit.language), row.period.lower
    for row in rows:
        if row.period.lower <= today and row.period.upper is not None and row.period.upper > today:
            return "", row.period.upper
    return None


def _choice(request: HttpRequest, visit: MemberVisit) -> tuple[Do, str]:
    """What the form asks for: a package, to leave, or to take a waiting change back."""
    asked = request.POST.get("do", "")
    if asked in (Do.CANCEL, Do.REVOKE):
        return Do(asked), ""
    current = bought.current_subscription(visit.patient.pk, today_of(visit.patient, now=visit.now))
    return Do.CHANGE if current else Do.SUBSCRIBE, request.POST.get("package", "")


def _previewed(visit: MemberVisit, do: Do, package: str) -> Shown:
    on = today_of(visit.patient, now=visit.now)
    found = subscribing.preview(patient=visit.patient, do=do, package=package, on=on)
    return shown(found, do=do, package=package, language=visit.language)


def _preview_page(
    request: HttpRequest, visit: MemberVisit, found: Shown, *, stale: bool = False
) -> HttpResponse:
    context = {
        "visit": visit,
        "care": watchers(visit.patient, now=visit.now),
        "found": found,
        "stale": stale,
        "signed": signing.dumps(found.figures(), salt=SALT),
    }
    status = 409 if stale else 200
    return render(request, "portal/my/preview.html", context, status=status)


def _decide(visit: MemberVisit, do: Do, package: str, *, on: date) -> None:
    person, by = visit.patient, visit.user.actor
    match do:
        case Do.SUBSCRIBE:
            subscribing.subscribe(patient=person, package=package, on=on, now=visit.now, by=by)
        case Do.CHANGE:
            subscribing.change(patient=person, package=package, on=on, now=visit.now, by=by)
        case Do.CANCEL:
            subscribing.cancel(patient=person, on=on, now=visit.now, by=by)
        case Do.REVOKE:
            subscribing.revoke(patient=person, on=on, now=visit.now, by=by)
