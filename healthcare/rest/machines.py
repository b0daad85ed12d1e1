"""The short way through Django for what machines ask hundreds of times a second.

A device sends a token and takes a status and some JSON. Sessions, languages, messages, CSRF and
the headers that speak to browsers cost three times what storing a reading does, so the views that
`MACHINE_DOORS` names by path are called by the WSGI handler at once: the same process, the same
view and the same answer, without the middleware. In Django's test client they are reached the
usual way.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.handlers.exception import response_for_exception
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from healthcare.rest.headers import NOT_KEPT

View = Callable[[HttpRequest], HttpResponse]
FOR_MACHINES = (("Cache-Control", NOT_KEPT), ("X-Content-Type-Options", "nosniff"))


class Application(WSGIHandler):
    """Django's WSGI application, with the short way."""

    def __init__(self) -> None:
        super().__init__()
        doors = settings.MACHINE_DOORS
        self._views: dict[str, View] = {path: import_string(doors[path]) for path in doors}

    def __call__(  # type: ignore[override]
        self, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        view = self._views.get(environ.get("PATH_INFO", ""))
        if view is None:
            return super().__call__(environ, start_response)
        request = WSGIRequest(environ)
        if settings.SECURE_SSL_REDIRECT and not request.is_secure():
            return super().__call__(environ, start_response)
        try:
            response = view(request)
        except Exception as error:
            response = response_for_exception(request, error)
        finally:
            close_old_connections()
        body = response if response.streaming else [response.content]
        if not response.streaming:
            response.headers["Content-Length"] = str(len(response.content))
        start_response(
            f"{response.status_code} {response.reason_phrase}",
            [*response.items(), *FOR_MACHINES],
        )
        return body
