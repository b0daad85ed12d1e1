"""The addresses of this room alone, for its tests."""

from django.urls import include, path

urlpatterns = [path("api/v1/", include("healthcare.subscribers.api.urls"))]
handler404 = "healthcare.rest.problems.not_found"
