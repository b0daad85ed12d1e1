"""A member's own blood pressure, sleep, weight and oxygen, as far back as their package shows."""

from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from packages import queries as packages
from portal.doors import MemberVisit, member
from portal.my.watching import scheme_of, watchers
from portal.overview import PERIODS, days_asked, overview
from portal.single import Reader, beside_sessions, retracted_lines
from reports.analysis import schemes


@require_GET
@member
def pressure(request: HttpRequest, visit: MemberVisit) -> HttpResponse:
    """The chart and the latest sessions."""
    visit.saw(what="my.readings")
    return render(request, "portal/my/readings.html", _page(request, visit))


@require_GET
@member
def sleep(request: HttpRequest, visit: MemberVisit) -> HttpResponse:
    """The nights; their analysis when the package holds it."""
    visit.saw(what="my.sleep")
    return render(request, "portal/my/sleep.html", _page(request, visit))


@require_GET
@member
def body(request: HttpRequest, visit: MemberVisit) -> HttpResponse:
    """What further devices measured: weight, oxygen."""
    visit.saw(what="my.body")
    return render(request, "portal/my/body.html", _page(request, visit))


def _page(request: HttpRequest, visit: MemberVisit) -> dict[str, object]:
    person = visit.patient
    today = visit.now.astimezone(ZoneInfo(person.timezone)).date()
    entitled = packages.entitlements(patient_id=person.pk, on=today)
    days = days_asked(request.GET.get("days", ""), most=entitled.history_days)
    care = watchers(person, now=visit.now)
    view = overview(
        patient=person, days=days, scheme=scheme_of(care), language=visit.language, now=visit.now
    )
    gone = retracted_lines(
        Reader(person, visit.user), start=view.summary.start, end=view.summary.end
    )
    return {
        "visit": visit,
        "care": care,
        "overview": view,
        "gone": gone,
        "session_rows": beside_sessions(view.latest_sessions(), gone),
        "scheme": schemes.named(scheme_of(care)),
        "entitled": entitled,
        "periods": [
            (period, entitled.history_days is None or period <= entitled.history_days)
            for period in PERIODS
        ],
    }
