"""Who asks, and whose packages and invoices they may see."""

from datetime import datetime
from typing import cast

from django.core.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from healthcare.accounts.models import Role, User
from healthcare.accounts.stepping_up import RecentlySignedIn, proved_recently
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


class ReadsOwnOrProved(BasePermission):
    """A member reads their own. An operator's list is page after page everybody's bill, so their
    staff prove themselves as for a charge file."""

    message = RecentlySignedIn.message

    def has_permission(self, request: Request, view: APIView) -> bool:
        user = request.user
        whole_base = isinstance(user, User) and user.role == Role.OPERATOR
        return not (whole_base and request.method in SAFE_METHODS) or proved_recently(request)


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
