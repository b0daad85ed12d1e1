"""The administrators' first page: what they may do, and who searched the log of late."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from healthcare.audit.searching import Question, search
from portal.doors import AdministratorVisit, administrator

SHOWN = 10


@require_GET
@administrator
def home(request: HttpRequest, visit: AdministratorVisit) -> HttpResponse:
    """The log is searched in the open: everybody who may search sees who did."""
    searches = search(Question(action="audit.search", sources=("did",)), limit=SHOWN).entries
    return render(request, "portal/platform/home.html", {"visit": visit, "searches": searches})
