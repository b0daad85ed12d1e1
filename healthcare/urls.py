"""Addresses: the API, its description, the probes, and the pages."""

from django.urls import include, path
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.views import SpectacularAPIView

from healthcare.rest import probes
from healthcare.rest.docs import docs

handler404 = "portal.errors.not_found"
handler403 = "portal.errors.forbidden"
handler429 = "portal.errors.too_many_requests"
handler500 = "portal.errors.server_error"

# JSON unless the client asks for YAML: a reader of YAML reads JSON too, not the other way round.
schema = SpectacularAPIView.as_view(
    renderer_classes=[
        OpenApiJsonRenderer2,
        OpenApiJsonRenderer,
        OpenApiYamlRenderer,
        OpenApiYamlRenderer2,
    ]
)

urlpatterns = [
    path("healthz", probes.healthz),
    path("readyz", probes.readyz),
    path("api/schema/", schema, name="schema"),
    path("api/docs/", docs, name="docs"),
    path("api/v1/", include("devices.api.urls")),
    path("api/v1/", include("healthcare.subscribers.api.urls")),
    path("api/v1/", include("packages.api.urls")),
    path("api/v1/", include("reports.api.urls")),
    path("", include("portal.urls")),
    # The same sign-in under the names by which allauth finds its pages.
    path("", include("portal.named_by_allauth")),
]
