"""Who may watch along: the member gives out a code, sees who uses it, and ends it at once."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from healthcare.patients import consenting, watching_along
from healthcare.patients.models import Purpose, Watcher
from portal.doors import MemberVisit, member
from portal.my.watching import watchers


@require_http_methods(["GET", "POST"])
@member
def family(request: HttpRequest, visit: MemberVisit) -> HttpResponse:
    """Who watches along; POST draws a code, which this one answer shows."""
    code = ""
    if request.method == "POST":
        try:
            code = watching_along.invite(patient=visit.patient, now=visit.now, by=visit.user.actor)
        except watching_along.WatchingRefused:
            messages.error(request, _("Five codes wait to be used. Take one back first."))
    context = {
        "visit": visit,
        "care": watchers(visit.patient, now=visit.now),
        "watchers": watching_along.watchers(visit.patient, now=visit.now),
        "invitations": watching_along.invitations(visit.patient, now=visit.now),
        "code": code,
        "join_address": request.build_absolute_uri(reverse("portal:join")),
        "consents": consenting.stands(
            patient_id=visit.patient.pk, purpose=Purpose.CARE, now=visit.now
        ),
    }
    return render(request, "portal/my/family.html", context)


@require_POST
@member
def end(request: HttpRequest, visit: MemberVisit, watcher_id: int) -> HttpResponse:
    """End it at once, or take an unused code back."""
    watcher = Watcher.objects.get(pk=watcher_id, patient=visit.patient)
    watching_along.end(watcher=watcher, now=visit.now, by=visit.user.actor)
    messages.success(request, _("Ended. This person no longer sees your readings."))
    return redirect("portal:my:family")
