"""Who looks after a member: the hospitals in whose care they are now."""

from collections.abc import Sequence
from datetime import datetime

from healthcare.patients.models import CareRelationship, Patient
from reports.analysis.schemes import DEFAULT_SCHEME


def watchers(person: Patient, *, now: datetime) -> list[CareRelationship]:
    """Care relationships that stand, their hospitals loaded."""
    return list(
        CareRelationship.objects.filter(patient=person, period__contains=now)
        .select_related("hospital")
        .order_by("pk")
    )


def scheme_of(care: Sequence[CareRelationship]) -> str:
    """The rules of the hospital that cares for the member, so that both see the same figures."""
    return care[0].hospital.scheme if care else DEFAULT_SCHEME
