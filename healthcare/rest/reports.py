"""Django's report of a crash, without what was sent, kept or looked up.

Nothing in this installation sends such reports. Should somebody switch them on (`ADMINS` and a
handler), they say where it broke, and never about whom: Django's own would hold every variable of
every frame.
"""

from django.views.debug import ExceptionReporter

from healthcare.rest.logs import Discreet, route_of


class BareReporter(ExceptionReporter):
    """The route, the frames and the kind of the error; no text of it, no address, no person."""

    def get_traceback_text(self) -> str:
        where = f"{self.request.method} {route_of(self.request)}\n" if self.request else ""
        return where + Discreet().formatException((self.exc_type, self.exc_value, self.tb))

    def get_traceback_html(self) -> str:
        """The same text: browsers are told that it is one."""
        shown = self.get_traceback_text().replace("&", "&amp;").replace("<", "&lt;")
        return f"<!doctype html><title>Report</title><pre>{shown}</pre>"
