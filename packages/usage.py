"""Units used, for example a delivered report: written once, rated by the next billing run."""

from datetime import date

from django.db import transaction
from django.db.models import Max

from packages.models import BillingRun, Subscription, UsageRecord


@transaction.atomic
def record(*, patient_id: int, component: str, quantity: int, key: str, on: date) -> UsageRecord:
    """Note that a person used `quantity` units of `component` on a local day.

    `key` is the effect's own, such as `report:4711`: the same key again changes nothing and returns
    the first record. Usage of a period that was billed already is rated with the next one. Called
    inside the scope and the transaction of what was used.
    """
    stored, _ = UsageRecord.objects.get_or_create(
        key=key,
        defaults={
            "patient_id": patient_id,
            "component": component,
            "quantity": quantity,
            "on": on,
            "rated_on": max(on, _open_since(patient_id, on)),
        },
    )
    return stored


def _open_since(patient_id: int, on: date) -> date:
    """The first day whose usage no run has rated yet: a run of a month rates the month before."""
    operators = Subscription.objects.filter(patient_id=patient_id).values("operator_id")
    runs = BillingRun.objects.filter(operator_id__in=operators)
    latest: date | None = runs.aggregate(month=Max("month"))["month"]
    return latest or on
