"""Addresses: the API, its description, the probes, and the pages."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from healthcare.rest import probes

handler404 = "portal.errors.not_found"
handler403 = "portal.errors.forbidden"
handler500 = "portal.errors.server_error"

urlpatterns = [
    path("healthz", probes.healthz),
    path("readyz", probes.readyz),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("api/v1/", include("devices.api.urls")),
    path("api/v1/", include("healthcare.subscribers.api.urls")),
    path("api/v1/", include("packages.api.urls")),
    path("api/v1/", include("reports.api.urls")),
    path("", include("portal.urls")),
]
