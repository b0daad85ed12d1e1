"""What every door of the people's API does when it shows somebody's health data."""

from collections.abc import Collection
from datetime import datetime
from typing import cast

from rest_framework.request import Request

from healthcare.accounts.models import User
from healthcare.hospitals.scope import Scope
from healthcare.patients import viewing
from healthcare.rest.problems import InvalidInput


def note_view(
    request: Request, *, patient_ids: Collection[int], what: str, scope: Scope, now: datetime
) -> None:
    """One access event for each of these people; 429 when the day's budget is spent."""
    try:
        viewing.saw(
            user=cast("User", request.user),
            patient_ids=patient_ids,
            what=what,
            why="own data" if scope.kind == "people" else "care",
            hospital=scope.hospital_id,
            address=request.META.get("REMOTE_ADDR") or None,
            now=now,
        )
    except viewing.BudgetSpent as spent:
        raise InvalidInput(str(spent), status=429) from spent
