"""Panels: which patients a clinician watches, who watches them, and putting somebody on one."""

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from healthcare.accounts.models import HospitalStaff, User
from healthcare.patients import panels
from healthcare.patients.models import Panel, PanelStaff, Patient
from portal.doors import ClinicVisit, clinician


@dataclass(frozen=True, slots=True)
class Card:
    """A panel with its patients counted and who watches it."""

    panel: Panel
    patients: int
    watchers: list[User]
    mine: bool


@require_GET
@clinician
def listed(request: HttpRequest, visit: ClinicVisit) -> HttpResponse:
    """The hospital's panels; the lead assigns, everybody joins and leaves."""
    found = list(panels.of_hospital(visit.hospital))
    ids = [panel.pk for panel in found]
    on = panels.on_panels(ids, now=visit.now).values_list("panel_id")
    counts = dict(on.annotate(n=Count("patient_id")).values_list("panel_id", "n"))
    watchers: dict[int, list[User]] = {pk: [] for pk in ids}
    staff = PanelStaff.objects.filter(panel_id__in=ids, period__contains=visit.now)
    for row in staff.select_related("user").order_by("user__username"):
        watchers[row.panel_id].append(row.user)
    context = {
        "visit": visit,
        "cards": [
            Card(p, counts.get(p.pk, 0), watchers[p.pk], visit.user in watchers[p.pk])
            for p in found
        ],
        "colleagues": _colleagues(visit) if visit.staff.is_lead else [],
    }
    return render(request, "portal/clinic/panels.html", context)


@require_POST
@clinician
def make(request: HttpRequest, visit: ClinicVisit) -> HttpResponse:
    """A new panel, by the lead."""
    try:
        panels.make(name=request.POST.get("name", "")[:60], now=visit.now, by=visit.staff)
    except panels.PanelRefused as refused:
        messages.error(request, _refusal(refused))
    else:
        messages.success(request, _("The panel is there. Put patients on it from their pages."))
    return redirect("portal:clinic:panels")


@require_POST
@clinician
def change(request: HttpRequest, visit: ClinicVisit, panel_id: int) -> HttpResponse:
    """Join or leave; for the lead also assign, unassign and close."""
    panel = panels.of_hospital(visit.hospital).get(pk=panel_id)
    try:
        match request.POST.get("do"):
            case "join":
                panels.join(panel=panel, user=visit.user, now=visit.now, by=visit.staff)
            case "leave":
                panels.leave(panel=panel, user=visit.user, now=visit.now, by=visit.staff)
            case "assign":
                panels.join(panel=panel, user=_user(request), now=visit.now, by=visit.staff)
            case "unassign":
                panels.leave(panel=panel, user=_user(request), now=visit.now, by=visit.staff)
            case "close":
                panels.close(panel=panel, now=visit.now, by=visit.staff)
            case _:
                raise Http404
    except panels.PanelRefused as refused:
        messages.error(request, _refusal(refused))
    return redirect("portal:clinic:panels")


@require_POST
@clinician
def place(request: HttpRequest, visit: ClinicVisit, patient_id: int) -> HttpResponse:
    """Put a patient on a panel or take them off."""
    person = Patient.objects.get(pk=patient_id)
    panel = panels.of_hospital(visit.hospital).get(pk=_number(request.POST.get("panel", "")))
    do = {"on": panels.put_on, "off": panels.take_off}.get(request.POST.get("do", ""))
    if do is None:
        raise Http404
    try:
        do(panel=panel, patient=person, now=visit.now, by=visit.staff)
    except panels.PanelRefused as refused:
        messages.error(request, _refusal(refused))
    return redirect("portal:clinic:patient", patient_id=person.pk)


def _refusal(refused: panels.PanelRefused) -> str:
    match str(refused):
        case "lead":
            return _("Only a lead of your hospital may do this.")
        case "member":
            return _("Join the panel first, or ask its lead.")
        case "name":
            return _("Give the panel a name that no other panel has.")
        case _:
            return _("This person does not work at your hospital now.")


def _user(request: HttpRequest) -> User:
    return User.objects.get(pk=_number(request.POST.get("user", "")))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _colleagues(visit: ClinicVisit) -> list[User]:
    staff = HospitalStaff.objects.filter(hospital=visit.hospital, period__contains=visit.now)
    return [row.user for row in staff.select_related("user").order_by("user__username")]
