"""A member's consent: what each purpose opens, given and withdrawn by themselves."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from healthcare.patients import consenting, terms
from healthcare.patients.models import Consent, Patient, Purpose
from portal.doors import MemberVisit, member
from portal.my.watching import watchers


@dataclass(frozen=True, slots=True)
class Choice:
    """A purpose with what it opens, what its withdrawal ends, and since when it stands."""

    purpose: Purpose
    opens: str
    ends: str
    since: datetime | None


@require_http_methods(["GET", "POST"])
@member
def consent(request: HttpRequest, visit: MemberVisit) -> HttpResponse:
    """Show the purposes; POST gives or withdraws one."""
    if request.method == "POST":
        return _decide(request, visit)
    context = {
        "visit": visit,
        "care": watchers(visit.patient, now=visit.now),
        "choices": _choices(visit.patient, visit.now),
    }
    return render(request, "portal/my/consent.html", context)


def _decide(request: HttpRequest, visit: MemberVisit) -> HttpResponse:
    if (asked := request.POST.get("purpose", "")) not in Purpose.values:
        raise Http404
    purpose = Purpose(asked)
    match request.POST.get("do"):
        case "give":
            consenting.give(
                patient=visit.patient,
                purposes=[purpose],
                since=visit.now,
                terms=terms.CURRENT,
                now=visit.now,
                by=visit.user.actor,
            )
            messages.success(request, _("Your consent is recorded."))
        case "withdraw":
            consenting.withdraw(
                patient=visit.patient, purposes=[purpose], now=visit.now, by=visit.user.actor
            )
            messages.success(request, _("Your consent is withdrawn. It ended just now."))
        case _:
            raise Http404
    return redirect("portal:my:consent")


def _choices(person: Patient, now: datetime) -> list[Choice]:
    since = {
        row.purpose: row.period.lower
        for row in Consent.objects.filter(patient=person, period__contains=now)
    }
    return [Choice(purpose, *_words(purpose), since.get(purpose.value)) for purpose in Purpose]


def _words(purpose: Purpose) -> tuple[str, str]:
    match purpose:
        case Purpose.CARE:
            return (
                _("Your devices' readings are stored, and the hospital that cares for you sees "
                  "them and is alerted."),
                _("New readings are no longer stored, and the hospital no longer sees you."),
            )  # fmt: skip
        case Purpose.HOSPITAL_REPORT:
            return (
                _("Your hospital receives the reports of your package as PDF."),
                _("No further report is made or shown; reports it has printed stay there."),
            )
        case Purpose.RESEARCH:
            return (
                _("Your readings may be used for research, without name, number or address."),
                _("Nothing more is passed on; what was published cannot be called back."),
            )
        case Purpose.MARKETING:
            return (
                _("You receive news and offers by e-mail; nothing about your health is in them."),
                _("No more news and offers."),
            )
