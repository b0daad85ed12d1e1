"""Who saw a member's data, when, and why."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from healthcare.audit.models import AccessEvent
from healthcare.hospitals.models import Hospital
from portal.doors import MemberVisit, member
from portal.my.watching import watchers

LATEST = 200


@require_GET
@member
def seen(request: HttpRequest, visit: MemberVisit) -> HttpResponse:
    """The latest views by others; with `?own=1` the member's own as well."""
    events = AccessEvent.objects.filter(patient_id=visit.patient.pk)
    own = request.GET.get("own") == "1"
    if not own:
        events = events.exclude(actor_kind="user", actor_id=str(visit.user.pk))
    found = list(events[:LATEST])
    hospitals = Hospital.objects.in_bulk({e.hospital_id for e in found if e.hospital_id})
    rows = [(event, hospitals.get(event.hospital_id or 0), _what(event.what)) for event in found]
    context = {
        "visit": visit,
        "care": watchers(visit.patient, now=visit.now),
        "rows": rows,
        "own": own,
    }
    return render(request, "portal/my/seen.html", context)


def _what(name: str) -> str:
    """A page in words; an unknown one by its name, never left out."""
    match name:
        case "clinic.worklist":
            return _("your line in the list of patients")
        case "clinic.patient":
            return _("your readings, nights and alerts")
        case "clinic.report" | "api.report":
            return _("a report as PDF")
        case "api.summary" | "api.readings":
            return _("your readings, through another program")
        case "my.home" | "my.readings" | "my.sleep":
            return _("your own pages")
        case _:
            return name
