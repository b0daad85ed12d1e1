from django.urls import path

from reports.api.views import SummaryView

urlpatterns = [
    path("patients/<int:patient_id>/summary", SummaryView.as_view(), name="patient-summary"),
]
