"""What clinicians do on their pages: deal with an alert, set a goal, ask for a report, read one."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from healthcare.patients.models import Patient
from portal.clinic.forms import AlertForm, GoalForm, ReportForm
from portal.clinic.patient import care_of, page_of
from portal.doors import ClinicVisit, clinician
from reports import goals, queries, requesting
from reports.models import Alert
from reports.monitoring import alerts

SNOOZE = timedelta(days=1)


@require_POST
@clinician
def alert(request: HttpRequest, visit: ClinicVisit, alert_id: int) -> HttpResponse:
    """Acknowledge, put aside for a day, or resolve; back to the page it was done on."""
    found = Alert.objects.get(pk=alert_id)
    form = AlertForm(request.POST)
    if not form.is_valid():
        raise Http404
    note: str = form.cleaned_data["note"]
    try:
        match form.cleaned_data["do"]:
            case "acknowledge":
                alerts.acknowledge(alert_id=found.pk, note=note, now=visit.now, by=visit.user)
                messages.success(request, _("Acknowledged. It stays on the list until resolved."))
            case "snooze":
                until = visit.now + SNOOZE
                alerts.snooze(
                    alert_id=found.pk, until=until, note=note, now=visit.now, by=visit.user
                )
                messages.success(request, _("Put aside for a day; new readings bring it back."))
            case _:
                alerts.resolve(alert_id=found.pk, note=note, now=visit.now, by=visit.user)
                messages.success(request, _("Resolved."))
    except alerts.AlertIsResolved:
        messages.error(request, _("This alert is resolved already; new readings open a new one."))
    except ValueError:
        messages.error(request, _("Say in a few words what was done before you resolve the alert."))
    return _back(request, found.patient_id)


@require_POST
@clinician
def goal(request: HttpRequest, visit: ClinicVisit, patient_id: int) -> HttpResponse:
    """Set the treatment goal from now on."""
    care = care_of(visit, patient_id)
    person = care.patient
    form = GoalForm(request.POST)
    if form.is_valid():
        try:
            goals.set_goal(patient=person, **form.cleaned_data, now=visit.now, by=visit.user)
        except ValueError:
            form.add_error(None, _("The systolic goal must be above the diastolic one."))
        else:
            messages.success(request, _("The goal is set."))
            return redirect("portal:clinic:patient", patient_id=person.pk)
    visit.saw(person.pk, what="clinic.patient")
    page = page_of(request, visit, care, goal_form=form)
    return render(request, "portal/clinic/patient.html", page, status=422)


@require_POST
@clinician
def request_report(request: HttpRequest, visit: ClinicVisit, patient_id: int) -> HttpResponse:
    """Ask for a report on the last days; a worker builds it."""
    person = Patient.objects.get(pk=patient_id)
    form = ReportForm(request.POST)
    if not form.is_valid():
        raise Http404
    end = visit.now.astimezone(ZoneInfo(person.timezone)).date() + timedelta(days=1)
    try:
        requesting.request(
            patient=person,
            hospital=visit.hospital,
            start=end - timedelta(days=form.cleaned_data["days"]),
            end=end,
            now=visit.now,
            by=visit.user.actor,
        )
    except requesting.ReportRefused:
        messages.error(request, _("The patient has not agreed to reports to the hospital."))
    else:
        messages.success(request, _("Asked for. The report is ready in about a minute."))
    return redirect("portal:clinic:patient", patient_id=person.pk)


@require_GET
@clinician
def report(request: HttpRequest, visit: ClinicVisit, report_id: int) -> HttpResponse:
    """The PDF of a report that this hospital received."""
    found = queries.ready_reports(hospital_id=visit.hospital.pk, now=visit.now).get(pk=report_id)
    visit.saw(found.patient_id, what="clinic.report")
    answer = HttpResponse(queries.report_pdf(report=found), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="report-{found.pk}.pdf"'
    return answer


def _back(request: HttpRequest, patient_id: int) -> HttpResponse:
    """To the page the form was on, when it is one of ours."""
    back = request.POST.get("next", "")
    if back and url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        return redirect(back)
    return redirect("portal:clinic:patient", patient_id=patient_id)
