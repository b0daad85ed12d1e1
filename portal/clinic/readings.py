"""A patient's readings one by one: a clinician takes one back that cannot be right, or lets it
count again."""

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from devices import retracting, single_readings
from healthcare.patients.models import Patient
from portal import single
from portal.doors import ClinicVisit, clinician
from portal.overview import PERIODS
from portal.single import DecisionForm, Line, Reader


@require_http_methods(["GET", "POST"])
@clinician
def readings(request: HttpRequest, visit: ClinicVisit, patient_id: int) -> HttpResponse:
    """The readings of a day or of the last days; `?reading=` names the one that is decided about,
    and POST decides."""
    person = Patient.objects.get(pk=patient_id)
    reader = Reader(person, visit.user)
    if request.method == "POST":
        return _decide(request, visit, reader)
    if key := request.GET.get("reading", ""):
        visit.saw(person.pk, what="clinic.readings")
        return _one(request, visit, reader, reader.lines([single.found(key, person)])[0])
    today = visit.now.astimezone(ZoneInfo(person.timezone)).date()
    asked = single.asked(request, today=today)
    start, end = single.bounds(person, asked.start, asked.end)
    lines = reader.lines(
        single_readings.of_period(patient_id=person.pk, start=start, end=end, most=single.MOST)
    )
    visit.saw(person.pk, what="clinic.readings")
    context = {
        "visit": visit,
        "person": person,
        "asked": asked,
        "lines": lines[: single.MOST],
        "more": len(lines) >= single.MOST,
        "most": single.MOST,
        "today": today,
        "periods": PERIODS,
    }
    return render(request, "portal/clinic/readings.html", context)


def _one(
    request: HttpRequest, visit: ClinicVisit, reader: Reader, line: Line, *, refused: str = ""
) -> HttpResponse:
    context = {
        "visit": visit,
        "person": reader.patient,
        "line": line,
        "refused": refused,
        "reason": request.POST.get("reason", "")[:500],
    }
    status = 422 if refused else 200
    return render(request, "portal/clinic/reading.html", context, status=status)


def _decide(request: HttpRequest, visit: ClinicVisit, reader: Reader) -> HttpResponse:
    form = DecisionForm(request.POST)
    if not form.is_valid() or form.cleaned_data["do"] == "not_me":
        raise Http404
    person = reader.patient
    line = reader.lines([single.found(form.cleaned_data["reading"], person)])[0]
    restores = form.cleaned_data["do"] == "restore"
    if restores and not line.may_restore:
        raise Http404
    act = retracting.restore if restores else retracting.withdraw
    why = form.cleaned_data["reason"]
    try:
        act(reading=line.single.identity, reason=why, now=visit.now, by=visit.user.actor)
    except retracting.RetractionRefused as refused:
        visit.saw(person.pk, what="clinic.readings")
        return _one(request, visit, reader, line, refused=str(refused))
    messages.success(
        request,
        _("The reading counts again.")
        if restores
        else _("Taken back. It stays kept, and no longer counts."),
    )
    day = line.single.at.astimezone(ZoneInfo(person.timezone)).date()
    return redirect(reverse("portal:clinic:readings", args=[person.pk]) + f"?day={day}")
