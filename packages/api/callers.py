"""Who asks, and whose packages and invoices they may see."""

from datetime import datetime
from typing import cast

from django.core.exceptions import PermissionDenied
from rest_framework.request import Request

from healthcare.accounts.models import Role, User
from healthcare.hospitals.scope import Scope
from healthcare.patients.access import scope_for
from healthcare.patients.models import Patient
from healthcare.rest.problems import InputError, InvalidInput
from healthcare.subscribers.access import scope_for_operator
from packages.pricing.problems import HistoryError


def scope_of(request: Request, *, now: datetime) -> Scope:
    """Members: themselves. Operators' staff: their subscribers. What somebody pays is no business
    of clinicians and the support desk."""
    user = cast("User", request.user)
    if user.role == Role.OPERATOR:
        return scope_for_operator(user)
    if user.role == Role.MEMBER:
        return scope_for(user, now=now)
    raise PermissionDenied


def member_of(request: Request) -> Patient:
    """The member who asks, themself. Call it in their scope."""
    user = cast("User", request.user)
    patient = Patient.objects.filter(user=user).first()
    if user.role != Role.MEMBER or patient is None:
        raise PermissionDenied
    return patient


def invalid(error: HistoryError) -> InvalidInput:
    """A refusal of the pricing rules as a 422 with its places."""
    return InvalidInput(
        "This cannot be priced or decided; see errors.",
        [
            InputError(
                field=problem["field"],
                code=problem["code"],
                detail=problem["detail"],
                index=problem["index"],
            )
            for problem in error.errors
        ],
    )
