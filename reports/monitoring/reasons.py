"""Why an alert stands, in the reader's words."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from reports.models import Alert, AlertKind


def words(alert: Alert, *, timezone: str) -> str:
    """One sentence in the active language; times in the patient's zone."""
    reason = alert.reason
    match alert.kind:
        case AlertKind.CRISIS:
            text = _("%(systolic)s/%(diastolic)s mmHg on %(when)s") % {
                "systolic": reason["systolic"],
                "diastolic": reason["diastolic"],
                "when": _local(reason["measured_at"], timezone),
            }
            if alert.urgent:
                text += " · " + _("a second very high reading within 15 minutes")
            return text
        case AlertKind.SUSPECT:
            return _(
                "A very high value arrived that cannot be right as it came: check with the person"
            )
        case AlertKind.LOW:
            return _("Systolic under 90 mmHg twice in one session on %(when)s") % {
                "when": _local(reason["measured_at"], timezone)
            }
        case AlertKind.WORSENING:
            return _(
                "The mean of the last 7 days is %(difference)s mmHg over the 4 weeks before"
            ) % {"difference": reason["difference"]}
        case _:
            return _("No reading for %(days)s days") % {"days": reason["days"]}


def _local(text: object, timezone: str) -> str:
    return f"{datetime.fromisoformat(str(text)).astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M}"
