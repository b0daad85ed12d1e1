"""The support desk's page: what they can do, and that health data is not among it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from portal.doors import SupportVisit, support


@require_GET
@support
def desk(request: HttpRequest, visit: SupportVisit) -> HttpResponse:
    """What the support desk may answer, and where it has to pass a caller on."""
    return render(request, "portal/support.html", {"visit": visit})
