"""The device desk: which devices of our subscribers are silent, low on battery, off in time."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from devices import desk
from portal.doors import OperatorVisit, operator_staff

SILENT = (3, 7, 30)


@require_GET
@operator_staff
def devices(request: HttpRequest, visit: OperatorVisit) -> HttpResponse:
    """All of them, or those that were silent for so many days. No person and no value is shown."""
    asked = request.GET.get("silent", "")
    days = int(asked) if asked in map(str, SILENT) else None
    context = {
        "visit": visit,
        "rows": desk.devices_of_operator(silent_days=days, now=visit.now),
        "days": days,
        "choices": SILENT,
        "most": desk.MOST,
    }
    return render(request, "portal/operator/devices.html", context)
