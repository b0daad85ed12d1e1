"""Django's report of a crash, without what was sent, kept or looked up.

Nothing in this installation sends such reports. Should somebody switch them on (`ADMINS` and a
handler), they say where it broke, and never about whom: Django's own would hold every variable of
every frame.
"""

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.views.debug import ExceptionReporter

from healthcare.rest.logs import Discreet, route_of


class BareReporter(ExceptionReporter):
    """The route, the frames and the kind of the error; no text of it, no address, no person."""

    def get_traceback_text(self) -> SafeString:
        return mark_safe(self._said())  # nosec B308 B703 # plain text for a mail

    def get_traceback_html(self) -> SafeString:
        """The same text, as a page."""
        return format_html("<!doctype html><title>Report</title><pre>{}</pre>", self._said())

    def _said(self) -> str:
        where = f"{self.request.method} {route_of(self.request)}\n" if self.request else ""
        return where + Discreet().formatException((self.exc_type, self.exc_value, self.tb))
