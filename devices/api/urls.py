"""Paths below /api/v1/."""

from django.urls import path

from devices.api import oauth
from devices.api.people import DeviceList, ReadingList
from devices.api.readings import post_readings

urlpatterns = [
    path("readings", post_readings, name="readings"),
    path("oauth/token", oauth.token, name="oauth-token"),
    path("oauth/revoke", oauth.revoke, name="oauth-revoke"),
    path("devices", DeviceList.as_view(), name="devices"),
    path("patients/<int:patient_id>/readings", ReadingList.as_view(), name="patient-readings"),
]
