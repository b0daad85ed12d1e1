"""Addresses of the administrators' pages."""

from django.urls import path

from portal.platform import audit, home

app_name = "platform"

urlpatterns = [
    path("", home.home, name="home"),
    path("audit", audit.audit, name="audit"),
]
