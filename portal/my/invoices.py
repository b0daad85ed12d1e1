"""A member's invoices: what was charged on the telephone bill, and for what."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from packages import queries as packages
from portal.doors import MemberVisit, member
from portal.my.watching import watchers


@require_GET
@member
def invoices(request: HttpRequest, visit: MemberVisit) -> HttpResponse:
    """All of them, newest first."""
    context = {
        "visit": visit,
        "care": watchers(visit.patient, now=visit.now),
        "invoices": packages.invoices(visit.patient.pk),
    }
    return render(request, "portal/my/invoices.html", context)


@require_GET
@member
def invoice(request: HttpRequest, visit: MemberVisit, invoice_id: int) -> HttpResponse:
    """One, with its lines and the tax of each rate."""
    context = {
        "visit": visit,
        "care": watchers(visit.patient, now=visit.now),
        "invoice": packages.invoices(visit.patient.pk).get(pk=invoice_id),
    }
    return render(request, "portal/my/invoice.html", context)
