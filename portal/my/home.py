"""A member's first page: how it stands, what comes next, who looks and when."""

from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from devices import queries as readings
from packages import queries as packages
from portal.doors import MemberVisit, member
from portal.my.plain import plain
from portal.my.watching import scheme_of, watchers
from portal.overview import overview
from reports.analysis import schemes


@require_GET
@member
def home(request: HttpRequest, visit: MemberVisit) -> HttpResponse:
    """The last 30 days in plain words."""
    person = visit.patient
    care = watchers(person, now=visit.now)
    all_count = readings.all_count(person.pk)
    view = overview(
        patient=person,
        days=30,
        scheme=scheme_of(care),
        language=visit.language,
        known=all_count,
        now=visit.now,
    )
    last = readings.last_reading_of(patient_id=person.pk, known=all_count)
    today = visit.now.astimezone(ZoneInfo(person.timezone)).date()
    entitled = packages.entitlements(patient_id=person.pk, on=today)
    visit.saw(what="my.home")
    context = {
        "visit": visit,
        "care": care,
        "last_reading_at": last,
        "plain": plain(view.pressure, last_reading_at=last, now=visit.now),
        "overview": view,
        "scheme": schemes.named(scheme_of(care)),
        "package": entitled.display_name(visit.language),
    }
    return render(request, "portal/my/home.html", context)
