"""Addresses with leaks planted on purpose, to prove that the matrix finds them, and one honest."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path
from django.views.decorators.http import require_GET

from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.models import Patient
from healthcare.urls import handler403, handler404, handler500
from portal.doors import ClinicVisit, clinician
from reports.models import AlertNote
from tests.matrix.expectations.who import CLINIC
from tests.matrix.table import PAGE, Call, Entry, Shows, entry

__all__ = ["handler403", "handler404", "handler500"]

FORGOT = Scope.system("a view that forgot its scope")


def _told(patient_id: int) -> HttpResponse:
    person = Patient.objects.get(pk=patient_id)
    notes = AlertNote.objects.filter(alert__patient=person).values_list("text", flat=True)
    return HttpResponse(f"{person.name}: {', '.join(notes)}")


@require_GET
@clinician
def honest(request: HttpRequest, visit: ClinicVisit, patient_id: int) -> HttpResponse:
    """What a page of health data does: looks in its scope and notes whom it showed."""
    answer = _told(patient_id)
    visit.saw(patient_id, what="planted")
    return answer


@require_GET
@clinician
def unscoped(request: HttpRequest, visit: ClinicVisit, patient_id: int) -> HttpResponse:
    """Shows whoever is asked for."""
    with acting_in(FORGOT):
        answer = _told(patient_id)
    visit.saw(patient_id, what="planted")
    return answer


@require_GET
@clinician
def unnoted(request: HttpRequest, visit: ClinicVisit, patient_id: int) -> HttpResponse:
    """Shows the right people and notes nobody."""
    return _told(patient_id)


@require_GET
@clinician
def telling(request: HttpRequest, visit: ClinicVisit, patient_id: int) -> HttpResponse:
    """Tells foreign from absent, in the same status."""
    with acting_in(FORGOT):
        exists = Patient.objects.filter(pk=patient_id).exists()
    if exists and not Patient.objects.filter(pk=patient_id).exists():
        return HttpResponse("This patient is not yours.", status=404)
    if not exists:
        raise Http404
    return honest(request, patient_id=patient_id)


@require_GET
@clinician
def addressed(request: HttpRequest, visit: ClinicVisit, patient_id: int) -> HttpResponse:
    """Puts a name where logs keep it."""
    return redirect(f"/?name={Patient.objects.get(pk=patient_id).family_name}")


@clinician
def careless(request: HttpRequest, visit: ClinicVisit, patient_id: int) -> HttpResponse:
    """Answers to every method there is."""
    return honest(request, patient_id=patient_id) if request.method == "GET" else HttpResponse("ok")


@require_GET
def undoored(request: HttpRequest, patient_id: int) -> HttpResponse:
    """Asks nobody who they are."""
    return HttpResponse("anything")


def _shown(name: str, **fields: int) -> Entry:
    call = Call(gets=CLINIC, health=Shows.SUBJECT, formats=PAGE[:1], **fields)  # type: ignore[arg-type]
    return entry(name, GET=call)


VIEWS = (honest, unscoped, unnoted, telling, addressed, careless, undoored)
ENTRIES = {view.__name__: _shown(view.__name__) for view in VIEWS} | {
    "addressed": entry("addressed", GET=Call(gets=CLINIC, answers=302, formats=PAGE[:1])),
}

urlpatterns = [
    *(
        path(f"planted/{view.__name__}/<int:patient_id>", view, name=view.__name__)
        for view in VIEWS
    ),
    path("", include("portal.urls")),
]
