"""Addresses of the clinicians' pages."""

from django.urls import path

from portal.clinic import acts, patient, worklist

app_name = "clinic"

urlpatterns = [
    path("", worklist.worklist, name="worklist"),
    path("patients/<int:patient_id>/", patient.patient, name="patient"),
    path("patients/<int:patient_id>/goal", acts.goal, name="goal"),
    path("patients/<int:patient_id>/report", acts.request_report, name="request-report"),
    path("reports/<int:report_id>.pdf", acts.report, name="report"),
    path("alerts/<int:alert_id>", acts.alert, name="alert"),
]
