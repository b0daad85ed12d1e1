"""The facts of a period through the API."""

from datetime import timedelta

from django.utils import timezone

from tests.matrix.expectations.who import HEALTH_API
from tests.matrix.table import JSON, Call, Shows, entry

TODAY = timezone.localdate()
PERIOD = {"from": f"{TODAY - timedelta(days=20)}", "to": f"{TODAY}"}

ENTRIES = (
    entry(
        "patient-summary",
        GET=Call(gets=HEALTH_API, query=PERIOD, health=Shows.SUBJECT, formats=JSON),
    ),
)
