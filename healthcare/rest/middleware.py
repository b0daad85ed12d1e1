"""The outermost middleware: headers on every answer, errors, redirects and files included."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from whitenoise.middleware import WhiteNoiseFileResponse

from healthcare.rest.headers import ALWAYS, DEFAULTS, NOT_KEPT


class ResponseHeaders:
    """Sets `healthcare.rest.headers` on every answer that leaves the application.

    It stands first: Django turns what breaks further in into an answer before it comes back here.
    Static files may be kept by the browser; nothing else may, because pages hold health data.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in DEFAULTS.items():
            response.headers.setdefault(name, value)
        for name, value in ALWAYS.items():
            response.headers[name] = value
        if not isinstance(response, WhiteNoiseFileResponse) or response.status_code >= 400:
            response.headers["Cache-Control"] = NOT_KEPT
        return response
