"""The page that shows the API's description."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase, QueryDict
from drf_spectacular.views import SpectacularSwaggerSplitView

from healthcare.rest.headers import content_security_policy

ADDRESS = "/api/docs/"
# The package passes on what it is asked in the address of its script; this is all we serve.
READ = "script"

_view = SpectacularSwaggerSplitView.as_view(
    url_name="schema",
    url_self=ADDRESS,
    template_name="rest/docs.html",
    # What DRF says of a view to OPTIONS does not fit into a page.
    http_method_names=["get", "head"],
)


def docs(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    """Swagger UI. Its own style sheet draws icons from `data:` addresses, so this page may."""
    request.GET = QueryDict(f"{READ}=" if READ in request.GET else "")
    response = _view(request, *args, **kwargs)
    response.headers["Content-Security-Policy"] = content_security_policy(img_src="data:")
    return response
