"""A member's own readings one by one: that was not me, the measuring went wrong, or mine after
all."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from devices import disowning, retracting, single_readings
from packages import queries as packages
from portal import single
from portal.doors import MemberVisit, member
from portal.my.watching import watchers
from portal.overview import PERIODS
from portal.single import DecisionForm, Line, Reader

MINE_AFTER_ALL = "the member says: mine"


@require_http_methods(["GET", "POST"])
@member
def readings(request: HttpRequest, visit: MemberVisit) -> HttpResponse:
    """The readings of a day or of the last days, as far back as the package shows; `?reading=`
    names the one that is spoken of, and POST says what of it."""
    person = visit.patient
    reader = Reader(person, visit.user)
    if request.method == "POST":
        return _decide(request, visit, reader)
    since = _since(visit)
    if key := request.GET.get("reading", ""):
        line = _line(key, visit, reader)
        visit.saw(what="my.single-readings")
        return _one(request, visit, line)
    today = visit.now.astimezone(ZoneInfo(person.timezone)).date()
    asked = single.asked(request, today=today, since=since)
    start, end = single.bounds(person, asked.start, max(asked.start, asked.end))
    lines = reader.lines(
        single_readings.of_period(patient_id=person.pk, start=start, end=end, most=single.MOST)
    )
    if lines:
        visit.saw(what="my.single-readings")
    context = {
        "visit": visit,
        "person": person,
        "care": watchers(person, now=visit.now),
        "asked": asked,
        "since": since,
        "lines": lines[: single.MOST],
        "more": len(lines) >= single.MOST,
        "most": single.MOST,
        "today": today,
        "periods": [
            days for days in PERIODS if since is None or today - timedelta(days=days - 1) >= since
        ],
    }
    return render(request, "portal/my/single_readings.html", context)


def _since(visit: MemberVisit) -> date | None:
    """The first day that their package shows; None: all of them."""
    today = visit.now.astimezone(ZoneInfo(visit.patient.timezone)).date()
    most = packages.entitlements(patient_id=visit.patient.pk, on=today).history_days
    return None if most is None else today - timedelta(days=most - 1)


def _line(key: str, visit: MemberVisit, reader: Reader) -> Line:
    found = single.found(key, reader.patient)
    since = _since(visit)
    zone = ZoneInfo(reader.patient.timezone)
    if since is not None and found.at.astimezone(zone).date() < since:
        raise Http404
    return reader.lines([found])[0]


def _one(
    request: HttpRequest, visit: MemberVisit, line: Line, *, refused: str = ""
) -> HttpResponse:
    context = {
        "visit": visit,
        "person": visit.patient,
        "care": watchers(visit.patient, now=visit.now),
        "line": line,
        "shared": line.gone is None and disowning.is_shared(line.single.identity, now=visit.now),
        "refused": refused,
        "reason": request.POST.get("reason", "")[:500],
    }
    status = 422 if refused else 200
    return render(request, "portal/my/single_reading.html", context, status=status)


def _decide(request: HttpRequest, visit: MemberVisit, reader: Reader) -> HttpResponse:
    form = DecisionForm(request.POST)
    if not form.is_valid():
        raise Http404
    line = _line(form.cleaned_data["reading"], visit, reader)
    try:
        words = _said(form.cleaned_data["do"], form.cleaned_data["reason"], line, visit)
    except retracting.RetractionRefused as refused:
        visit.saw(what="my.single-readings")
        return _one(request, visit, line, refused=str(refused))
    messages.success(request, words)
    day = line.single.at.astimezone(ZoneInfo(reader.patient.timezone)).date()
    return redirect(reverse("portal:my:single-readings") + f"?day={day}")


def _said(do: str, words: str, line: Line, visit: MemberVisit) -> str:
    """Do it; returns what to tell the member."""
    reading, now, by = line.single.identity, visit.now, visit.user.actor
    if do == "not_me":
        why = single.reason_of_member(disowning.NOT_ME, words)
        if disowning.disown(reading=reading, reason=why, now=now, by=by):
            return _("Noted: it is not yours. Whoever else uses the device is asked.")
        return _("Noted: it is not yours. It no longer counts.")
    if do == "withdraw":
        why = single.reason_of_member(single.WENT_WRONG, words)
        retracting.withdraw(reading=reading, reason=why, now=now, by=by)
        return _("Taken back. It stays kept, and no longer counts.")
    if not line.may_restore:
        raise Http404
    why = single.reason_of_member(MINE_AFTER_ALL, words)
    disowning.take_again(reading=reading, reason=why, now=now, by=by)
    return _("It is yours and counts again.")
