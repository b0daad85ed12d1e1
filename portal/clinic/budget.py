"""The day's budget is spent: a reason lifts it until midnight, and the hospital's lead reads it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from healthcare.patients import viewing
from portal.doors import ClinicVisit, budget_page, clinician


@require_POST
@clinician
def lift(request: HttpRequest, visit: ClinicVisit) -> HttpResponse:
    """Back to the page that was asked for, once the reason stands."""
    try:
        viewing.lift(
            user=visit.user,
            hospital=visit.hospital,
            reason=request.POST.get("reason", "")[:500],
            now=visit.now,
        )
    except viewing.ReasonTooShort:
        return budget_page(request, limit=viewing.limit_of(visit.hospital), refused=True)
    back = request.POST.get("next", "")
    if back and url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        return redirect(back)
    return redirect("portal:clinic:worklist")
