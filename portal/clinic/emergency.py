"""Break-glass: a form with exact identifiers and a reason, and the one record it opens to read."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from healthcare.hospitals.models import Hospital
from healthcare.hospitals.scope import acting_in
from healthcare.patients import breaking_glass
from healthcare.patients.access import scope_for_opened
from healthcare.patients.models import BreakGlass, Patient
from healthcare.patients.models.break_glass import SHORTEST_REASON
from portal.clinic.forms import EmergencyForm
from portal.clinic.patient import measured_of
from portal.doors import ClinicVisit, OpenedVisit, clinician, opened


@require_http_methods(["GET", "POST"])
@clinician
def entrance(request: HttpRequest, visit: ClinicVisit) -> HttpResponse:
    """The form. Identifiers are posted, never in the address."""
    form = EmergencyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        answer = _open(request, visit, form)
        if answer is not None:
            return answer
    with acting_in(scope_for_opened(visit.staff, now=visit.now)):
        standing = breaking_glass.standing(user=visit.user, now=visit.now)
    context = {
        "visit": visit,
        "form": form,
        "standing": standing,
        "hospitals": Hospital.objects.all(),
        "least": SHORTEST_REASON,
    }
    status = 422 if form.errors else 200
    return render(request, "portal/clinic/emergency.html", context, status=status)


@require_GET
@opened
def record(request: HttpRequest, visit: OpenedVisit, patient_id: int) -> HttpResponse:
    """The opened record: readings, nights, alerts, the goal; to read only, while it lasts."""
    person = Patient.objects.get(pk=patient_id)
    opening = _opening(visit, person)
    visit.saw_opened(person.pk, reason=opening.reason, what="clinic.opened")
    context = {**measured_of(request, visit, person), "opening": opening}
    return render(request, "portal/clinic/opened.html", context)


@require_POST
@opened
def end(request: HttpRequest, visit: OpenedVisit, patient_id: int) -> HttpResponse:
    """Close the record before its time."""
    opening = _opening(visit, Patient.objects.get(pk=patient_id))
    breaking_glass.end(opening=opening, now=visit.now, by=visit.user)
    messages.success(request, _("The record is closed again."))
    return redirect("portal:clinic:emergency")


def _open(request: HttpRequest, visit: ClinicVisit, form: EmergencyForm) -> HttpResponse | None:
    """To the opened record; None when it was refused and the form says why."""
    try:
        opening = breaking_glass.open_record(
            identity=form.identity(),
            reason=form.cleaned_data["reason"],
            now=visit.now,
            by=visit.staff,
        )
    except breaking_glass.InYourCare as own:
        messages.success(request, _("This person is in your hospital's care."))
        return redirect("portal:clinic:patient", patient_id=own.patient_id)
    except breaking_glass.NotOpened as refused:
        form.add_error(None, _refusal(refused))
        return None
    return redirect("portal:clinic:opened", patient_id=opening.patient_id)


def _opening(visit: OpenedVisit, person: Patient) -> BreakGlass:
    return BreakGlass.objects.get(user=visit.user, patient=person, period__contains=visit.now)


def _refusal(refused: breaking_glass.NotOpened) -> str:
    match refused.why:
        case "reason":
            return _("Say why in a sentence: the member reads it.")
        case "identity":
            return _("Give the hospital and its patient number, or full name and birth date.")
        case "misses":
            return _("Too many look-ups found nobody. The form opens again within an hour.")
        case "several":
            return _("More than one person has these details. Use a hospital's patient number.")
        case _:
            return _("Nobody has exactly these details. Nothing was opened; the try is recorded.")
