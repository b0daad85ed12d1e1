"""Addresses of the clinicians' pages."""

from django.urls import path

from portal.clinic import (
    acts,
    budget,
    emergency,
    notices,
    panels,
    patient,
    quarantine,
    readings,
    worklist,
)

app_name = "clinic"

urlpatterns = [
    path("", worklist.worklist, name="worklist"),
    path("patients/<int:patient_id>/", patient.patient, name="patient"),
    path("patients/<int:patient_id>/goal", acts.goal, name="goal"),
    path("patients/<int:patient_id>/report", acts.request_report, name="request-report"),
    path("patients/<int:patient_id>/panel", panels.place, name="place"),
    path("patients/<int:patient_id>/quarantine", quarantine.quarantine, name="quarantine"),
    path("patients/<int:patient_id>/readings", readings.readings, name="readings"),
    path("panels/", panels.listed, name="panels"),
    path("panels/make", panels.make, name="make-panel"),
    path("panels/<int:panel_id>", panels.change, name="panel"),
    path("emergency/", emergency.entrance, name="emergency"),
    path("emergency/<int:patient_id>/", emergency.record, name="opened"),
    path("emergency/<int:patient_id>/end", emergency.end, name="close-opened"),
    path("notices/", notices.listed, name="notices"),
    path("notices/<int:notice_id>", notices.look_at, name="notice"),
    path("budget", budget.lift, name="budget"),
    path("reports/<int:report_id>.pdf", acts.report, name="report"),
    path("alerts/<int:alert_id>", acts.alert, name="alert"),
]
