"""Watching along with somebody of the family: their readings and nights, to read only.

Neither invoices nor consent, neither alerts nor who saw. It works while the member lets this
person watch and consents to care; each view leaves an access event that the member reads.
"""

from typing import cast
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from devices import queries as readings
from healthcare.patients import watching_along
from healthcare.patients.models import Patient, Watcher
from packages import queries as packages
from portal.doors import FamilyVisit, family
from portal.joining import codes_are_counted, refusal
from portal.my.plain import plain
from portal.my.watching import scheme_of, watchers
from portal.overview import PERIODS, Overview, days_asked, overview
from reports.analysis import schemes
from reports.analysis.facts import BloodPressureFacts
from reports.charts import figures


@require_GET
@family
def listed(request: HttpRequest, visit: FamilyVisit) -> HttpResponse:
    """Whom this person watches, and the place to type a code. Names only, no readings."""
    found = watching_along.watched_by(visit.user, now=visit.now)
    return render(request, "portal/my/watching.html", {"visit": visit, "watching": found})


@require_POST
@codes_are_counted
@family
def join(request: HttpRequest, visit: FamilyVisit) -> HttpResponse:
    """Use a code."""
    code = request.POST.get("code", "")[:40]
    try:
        watching_along.accept(code=code, user=visit.user, now=visit.now)
    except watching_along.WatchingRefused as refused:
        messages.error(request, refusal(refused))
    else:
        messages.success(request, _("You watch along now."))
    return redirect("portal:my:watching")


@require_GET
@family
def home(request: HttpRequest, visit: FamilyVisit, patient_id: int) -> HttpResponse:
    """The last 30 days at a glance."""
    person = Patient.objects.get(pk=patient_id)
    visit.saw(person.pk, what="my.along")
    page = _page(request, visit, person)
    last = readings.last_reading_of(patient_id=person.pk)
    facts = cast("Overview", page["overview"]).pressure
    page |= {
        "last_reading_at": last,
        "plain": plain(facts, last_reading_at=last, now=visit.now),
        "goal": figures.pressure(facts.goal) if facts else "",
        "position": _position(facts),
    }
    return render(request, "portal/my/along_home.html", page)


@require_GET
@family
def pressure(request: HttpRequest, visit: FamilyVisit, patient_id: int) -> HttpResponse:
    """The chart and the latest sessions."""
    person = Patient.objects.get(pk=patient_id)
    visit.saw(person.pk, what="my.along-readings")
    return render(request, "portal/my/along_readings.html", _page(request, visit, person))


@require_GET
@family
def sleep(request: HttpRequest, visit: FamilyVisit, patient_id: int) -> HttpResponse:
    """The nights."""
    person = Patient.objects.get(pk=patient_id)
    visit.saw(person.pk, what="my.along-sleep")
    return render(request, "portal/my/along_sleep.html", _page(request, visit, person))


@require_POST
@family
def leave(request: HttpRequest, visit: FamilyVisit, patient_id: int) -> HttpResponse:
    """Stop watching along."""
    watcher = Watcher.objects.get(
        patient_id=patient_id, user=visit.user, period__contains=visit.now
    )
    watching_along.end(watcher=watcher, now=visit.now, by=visit.user.actor)
    messages.success(request, _("You no longer watch along."))
    return redirect("portal:my:watching")


def _page(request: HttpRequest, visit: FamilyVisit, person: Patient) -> dict[str, object]:
    """What the member's own pages show, as far back as their package does."""
    today = visit.now.astimezone(ZoneInfo(person.timezone)).date()
    entitled = packages.entitlements(patient_id=person.pk, on=today)
    days = days_asked(request.GET.get("days", ""), most=entitled.history_days)
    scheme = scheme_of(watchers(person, now=visit.now))
    return {
        "visit": visit,
        "person": person,
        "overview": overview(
            patient=person, days=days, scheme=scheme, language=visit.language, now=visit.now
        ),
        "scheme": schemes.named(scheme),
        "entitled": entitled,
        "periods": [
            (period, entitled.history_days is None or period <= entitled.history_days)
            for period in PERIODS
        ],
    }


def _position(facts: BloodPressureFacts | None) -> str:
    """Where the average stands, of somebody else: no grade, no advice."""
    if facts is None:
        return _("There are no readings in the last 30 days.")
    mean = facts.mean
    if mean.systolic is None or mean.diastolic is None:
        return _("The readings of this time could not be used.")
    if facts.no_category_because:
        return _("What these values mean is for the doctor to say.")
    if not facts.sufficient:
        return _("These are too few readings for an average you can rely on.")
    if facts.goal.reached_by(mean.systolic, mean.diastolic):
        return _("The average is above the goal.")
    return _("The average is within the goal.")
