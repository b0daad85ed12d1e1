"""The one answer to: whose data may this person touch."""

from datetime import datetime

from django.contrib.auth.models import AnonymousUser

from healthcare.accounts.models import HospitalStaff, Role, User
from healthcare.hospitals.scope import Scope
from healthcare.patients.models import Patient


def hospital_of(user: User, *, now: datetime) -> HospitalStaff | None:
    """The clinician's hospital at `now`, with the hospital loaded; None for everybody else."""
    return (
        HospitalStaff.objects.select_related("hospital")
        .filter(user=user, period__contains=now)
        .first()
    )


def scope_for(user: User | AnonymousUser, *, now: datetime) -> Scope:
    """Clinicians: patients in their hospital's care who consent. Members: themselves. Everybody
    else, operators' staff and the support desk included: nobody's health data.

    Operators' staff get the scope of their operator from `subscribers.access.scope_for_operator`.
    """
    if not isinstance(user, User) or not user.is_active:
        return Scope.nobody()
    if user.role == Role.CLINICIAN:
        staff = hospital_of(user, now=now)
        return Scope.hospital(staff.hospital_id, now=now) if staff else Scope.nobody()
    if user.role == Role.MEMBER:
        # The scope cannot be asked about itself: this look-up reads the key only.
        own = Patient._base_manager.filter(user=user).values_list("pk", flat=True)
        return Scope.people(frozenset(own))
    return Scope.nobody()
