"""Who saw a member's data, when, and why, in plain words."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from healthcare.accounts.models import User
from healthcare.audit.models import AccessEvent
from healthcare.hospitals.models import Hospital
from portal.doors import MemberVisit, member
from portal.my.watching import watchers

LATEST = 200
EMERGENCY = "break-glass: "


@dataclass(frozen=True, slots=True)
class Row:
    """Who saw, from which hospital, what, for what purpose, when last; `reason` of an emergency
    in the clinician's own words. `times` such views follow one another."""

    who: str
    hospital: str
    what: str
    purpose: str
    reason: str
    at: datetime
    times: int = 1

    def same_as(self, other: "Row") -> bool:
        """The same in words, whenever it was."""
        return replace(self, at=other.at, times=other.times) == other


@require_GET
@member
def seen(request: HttpRequest, visit: MemberVisit) -> HttpResponse:
    """The latest views by others; with `?own=1` the member's own as well."""
    events = AccessEvent.objects.filter(patient_id=visit.patient.pk)
    own = request.GET.get("own") == "1"
    if not own:
        events = events.exclude(actor_kind="user", actor_id=str(visit.user.pk))
    context = {
        "visit": visit,
        "care": watchers(visit.patient, now=visit.now),
        "rows": _rows(list(events[:LATEST]), visit.user),
        "own": own,
    }
    return render(request, "portal/my/seen.html", context)


def _rows(events: list[AccessEvent], member: User) -> list[Row]:
    hospitals = Hospital.objects.in_bulk({e.hospital_id for e in events if e.hospital_id})
    people = User.objects.in_bulk(
        {int(e.actor_id) for e in events if e.actor_kind == "user" and e.actor_id.isdigit()}
    )
    language = get_language() or "en"
    rows: list[Row] = []
    for event in events:
        hospital = hospitals.get(event.hospital_id or 0)
        reason = event.why.removeprefix(EMERGENCY) if event.why.startswith(EMERGENCY) else ""
        row = Row(
            who=_who(event, people, member),
            hospital=hospital.display_name(language) if hospital else "",
            what=_what(event.what),
            purpose=_("in an emergency") if reason else _purpose(event.why),
            reason=reason,
            at=event.at,
        )
        if rows and rows[-1].same_as(row):
            rows[-1] = replace(rows[-1], times=rows[-1].times + 1)
        else:
            rows.append(row)
    return rows


def _who(event: AccessEvent, people: dict[int, User], member: User) -> str:
    """A person's name; their log-in's where none is given."""
    if event.actor_kind != "user":
        return _("Operations desk") if event.actor_kind == "command" else event.actor_name
    if event.actor_id == str(member.pk):
        return _("You")
    person = people.get(int(event.actor_id)) if event.actor_id.isdigit() else None
    return (person.get_full_name() if person else "") or event.actor_name


def _what(name: str) -> str:
    """A page in words; an unknown one by its name, never left out."""
    match name:
        case "clinic.worklist":
            return _("your line in the list of patients")
        case "clinic.patient":
            return _("your readings, nights and alerts")
        case "clinic.opened":
            return _("your readings, nights and alerts")
        case "clinic.report" | "api.report" | "command.export_reports":
            return _("a report as PDF")
        case "api.summary" | "api.readings":
            return _("your readings, through another program")
        case "api.devices":
            return _("your devices, through another program")
        case "my.home" | "my.readings" | "my.sleep":
            return _("your own pages")
        case "my.along" | "my.along-readings":
            return _("your readings")
        case "my.along-sleep":
            return _("your nights")
        case _:
            return name


def _purpose(why: str) -> str:
    """What for, in words; an unknown purpose as it was written."""
    match why:
        case "care":
            return _("for your care")
        case "own data":
            return _("your own data")
        case "family":
            return _("watches along, as you allowed")
        case "export by the operations desk":
            return _("to hand the report to your hospital")
        case _:
            return why
