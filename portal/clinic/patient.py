"""The patient page: enough data, means against goal and threshold, charts, alerts, reports."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from devices import queries as readings
from healthcare.patients import consenting
from healthcare.patients.models import CareRelationship, Patient, Purpose
from packages import queries as packages
from portal import naming
from portal.clinic.forms import GoalForm
from portal.doors import ClinicVisit, clinician
from portal.overview import PERIODS, days_asked, overview
from portal.verdicts import pressure_cards, sleep_cards
from reports import goals, queries
from reports.analysis import schemes
from reports.models import Alert, AlertState
from reports.monitoring import reasons


@dataclass(frozen=True, slots=True)
class AlertCard:
    """An alert with its sentence."""

    alert: Alert
    why: str

    @property
    def stands(self) -> bool:
        """Whether somebody still has to deal with it."""
        return self.alert.state != AlertState.RESOLVED


@require_GET
@clinician
def patient(request: HttpRequest, visit: ClinicVisit, patient_id: int) -> HttpResponse:
    """Everything this hospital may see of one person; absent and foreign are both 404."""
    person = Patient.objects.get(pk=patient_id)
    visit.saw(person.pk, what="clinic.patient")
    return render(request, "portal/clinic/patient.html", page_of(request, visit, person))


def page_of(
    request: HttpRequest, visit: ClinicVisit, person: Patient, *, goal_form: GoalForm | None = None
) -> dict[str, object]:
    """The context of the page; `goal_form` when a goal was refused and is shown again."""
    today = visit.now.astimezone(ZoneInfo(person.timezone)).date()
    scheme = schemes.named(visit.hospital.scheme)
    view = overview(
        patient=person,
        days=days_asked(request.GET.get("days", "")),
        scheme=scheme.name,
        language=visit.language,
        now=visit.now,
    )
    goal = goals.goal_for(patient=person, scheme=scheme.name, on=today, now=visit.now)
    entitled = packages.entitlements(patient_id=person.pk, on=today)
    return {
        "visit": visit,
        "person": person,
        "care": CareRelationship.objects.get(
            patient=person, hospital=visit.hospital, period__contains=visit.now
        ),
        "age": person.age_on(today),
        "last_reading_at": readings.last_reading_at([person.pk]).get(person.pk),
        "overview": view,
        "periods": PERIODS,
        "cards": pressure_cards(view.pressure) if view.pressure else [],
        "sleep_cards": sleep_cards(view.summary.sleep) if view.summary.sleep else [],
        "category": naming.category(view.pressure) if view.pressure else "",
        "flags": [naming.flag(name) for name in view.pressure.flags] if view.pressure else [],
        "scheme": scheme,
        "goal": goal,
        "goal_is_own": goals.own_goal(patient_id=person.pk, now=visit.now) is not None,
        "goal_form": goal_form or GoalForm.showing(goal),
        "alerts": alerts_of(person),
        "reports": list(queries.reports_of(patient_id=person.pk).defer("facts")[:8]),
        "entitled": entitled,
        "package": naming.package_names(visit.language)[entitled.package],
        "consents": _consents(person, visit.now),
        "devices": readings.devices_of(patient_id=person.pk, at=visit.now),
    }


def alerts_of(person: Patient) -> list[AlertCard]:
    """Standing alerts first, then the latest resolved ones."""
    found = list(queries.alert_history(patient_id=person.pk)[:12])
    cards = [AlertCard(alert, reasons.words(alert, timezone=person.timezone)) for alert in found]
    return sorted(cards, key=lambda card: (not card.stands, not card.alert.urgent))


def _consents(person: Patient, now: datetime) -> list[tuple[Purpose, bool]]:
    given = consenting.standing(patient_id=person.pk, now=now)
    return [(purpose, purpose in given) for purpose in (Purpose.CARE, Purpose.HOSPITAL_REPORT)]
