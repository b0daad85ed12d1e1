"""Who did and who saw what: the search in the audit log."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from healthcare.accounts import auditing
from healthcare.audit.searching import Found
from healthcare.hospitals.models import Hospital
from portal.doors import AdministratorVisit, administrator
from portal.platform.forms import AuditForm

PAGE = 50


@require_http_methods(["GET", "POST"])
@administrator
def audit(request: HttpRequest, visit: AdministratorVisit) -> HttpResponse:
    """The question is posted, because addresses end up in logs and user names are names."""
    form = AuditForm(request.POST) if request.method == "POST" else AuditForm()
    found = _search(form, visit) if form.is_bound and form.is_valid() else None
    hospitals = {entry.hospital_id for entry in found.entries if entry.hospital_id} if found else ()
    context = {
        "visit": visit,
        "form": form,
        "found": found,
        "hospitals": Hospital.objects.in_bulk(hospitals),
        "zone": settings.TIME_ZONE,
        # What the button for older entries posts again; the form's own text for each field.
        "asked": [field for field in form if field.name != "after"],
    }
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "portal/platform/audit.html", context, status=status)


def _search(form: AuditForm, visit: AdministratorVisit) -> Found:
    asked = form.cleaned_data
    return auditing.search(
        person=asked["person"],
        patient_id=asked["patient"],
        since=asked["since"],
        until=asked["until"],
        action=asked["action"],
        sources=form.sources,
        after=asked["after"],
        limit=PAGE,
        now=visit.now,
        by=visit.user.actor,
    )
