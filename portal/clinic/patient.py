"""The patient page: enough data, means against goal and threshold, charts, alerts, reports."""

from dataclasses import dataclass
from typing import cast
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from devices import queries as readings
from healthcare.patients import consenting, panels
from healthcare.patients.models import CareRelationship, Patient, Purpose
from packages import queries as packages
from portal import naming
from portal.clinic.forms import GoalForm
from portal.doors import ClinicVisit, clinician
from portal.overview import PERIODS, days_asked, overview
from portal.single import Reader, beside_sessions, retracted_lines
from portal.verdicts import pressure_cards, sleep_cards
from reports import goals, queries
from reports.analysis import schemes
from reports.analysis.measured import Pressure
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
    care = care_of(visit, patient_id)
    visit.saw(patient_id, what="clinic.patient")
    return render(request, "portal/clinic/patient.html", page_of(request, visit, care))


def care_of(visit: ClinicVisit, patient_id: int) -> CareRelationship:
    """This hospital's care for a person, whom it holds; raises `DoesNotExist` for anybody else."""
    return CareRelationship.objects.select_related("patient").get(
        patient_id=patient_id, hospital=visit.hospital, period__contains=visit.now
    )


def page_of(
    request: HttpRequest,
    visit: ClinicVisit,
    care: CareRelationship,
    *,
    goal_form: GoalForm | None = None,
) -> dict[str, object]:
    """The context of the page; `goal_form` when a goal was refused and is shown again."""
    person = care.patient
    measured = measured_of(request, visit, person)
    agreed = consenting.standing(patient_id=person.pk, now=visit.now)
    on, others = panels.panels_beside(person, hospital=visit.hospital, now=visit.now)
    return {
        **measured,
        "care": care,
        "decides": True,
        "goal_form": goal_form or GoalForm.showing(cast("Pressure", measured["goal"])),
        "reports": list(queries.reports_of(patient_id=person.pk).defer("facts")[:8]),
        "reports_agreed": Purpose.HOSPITAL_REPORT in agreed,
        "consents": [(p, p in agreed) for p in (Purpose.CARE, Purpose.HOSPITAL_REPORT)],
        "devices": readings.devices_of(patient_id=person.pk, at=visit.now),
        "panels": on,
        "panels_to_add": others,
    }


def measured_of(request: HttpRequest, visit: ClinicVisit, person: Patient) -> dict[str, object]:
    """What was measured and what it means, for everybody who may read it."""
    today = visit.now.astimezone(ZoneInfo(person.timezone)).date()
    scheme = schemes.named(visit.hospital.scheme)
    own = goals.own_goal(patient_id=person.pk, now=visit.now)
    goal = own or goals.default_goal(patient=person, scheme=scheme.name, on=today)
    all_count = readings.all_count(person.pk)
    view = overview(
        patient=person,
        days=days_asked(request.GET.get("days", "")),
        scheme=scheme.name,
        language=visit.language,
        goal=goal,
        known=all_count,
        now=visit.now,
    )
    gone = retracted_lines(
        Reader(person, visit.user), start=view.summary.start, end=view.summary.end
    )
    entitled = packages.entitlements(patient_id=person.pk, on=today)
    return {
        "visit": visit,
        "person": person,
        "age": person.age_on(today),
        "last_reading_at": readings.last_reading_of(patient_id=person.pk, known=all_count),
        "overview": view,
        "gone": gone,
        "session_rows": beside_sessions(view.latest_sessions(), gone),
        "periods": PERIODS,
        "cards": pressure_cards(view.pressure) if view.pressure else [],
        "sleep_cards": sleep_cards(view.summary.sleep) if view.summary.sleep else [],
        "category": naming.category(view.pressure) if view.pressure else "",
        "flags": [naming.flag(name) for name in view.pressure.flags] if view.pressure else [],
        "scheme": scheme,
        "goal": goal,
        "goal_is_own": own is not None,
        "alerts": alerts_of(person),
        "entitled": entitled,
        "package": entitled.display_name(visit.language),
    }


def alerts_of(person: Patient) -> list[AlertCard]:
    """Standing alerts first, then the latest resolved ones."""
    found = list(queries.alert_history(patient_id=person.pk)[:12])
    cards = [AlertCard(alert, reasons.words(alert, timezone=person.timezone)) for alert in found]
    return sorted(cards, key=lambda card: (not card.stands, not card.alert.urgent))
