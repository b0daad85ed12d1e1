"""What a hospital's lead is told of: emergency openings, and budgets that were lifted."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from healthcare.patients import noticing
from portal.doors import ClinicVisit, clinician


@require_GET
@clinician
def listed(request: HttpRequest, visit: ClinicVisit) -> HttpResponse:
    """The latest notices, those to look at first; only for leads."""
    if not visit.staff.is_lead:
        raise Http404
    context = {"visit": visit, "rows": noticing.latest(by=visit.staff)}
    return render(request, "portal/clinic/notices.html", context)


@require_POST
@clinician
def look_at(request: HttpRequest, visit: ClinicVisit, notice_id: int) -> HttpResponse:
    """Mark one as looked at."""
    try:
        noticing.look_at(notice_id=notice_id, now=visit.now, by=visit.staff)
    except noticing.NotLead as error:
        raise Http404 from error
    return redirect("portal:clinic:notices")
