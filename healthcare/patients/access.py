"""The one answer to: whose data may this person touch."""

from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db import connection

from healthcare.accounts.models import HospitalStaff, Role, User
from healthcare.hospitals.scope import Scope


def hospital_of(user: User, *, now: datetime) -> HospitalStaff | None:
    """The clinician's hospital at `now`, with the hospital loaded; None for everybody else."""
    return (
        HospitalStaff.objects.select_related("hospital")
        .filter(user=user, period__contains=now)
        .first()
    )


def _patients_of(user: User) -> frozenset[int]:
    # Asked before there is a scope, so the walls answer it themselves, with keys only.
    with connection.cursor() as cursor:
        cursor.execute("SELECT walls.patients_of(%s)", [user.pk])
        return frozenset(pk for (pk,) in cursor.fetchall())


def scope_for(user: User | AnonymousUser, *, now: datetime) -> Scope:
    """Clinicians: patients in their hospital's care who consent. Members: themselves. Everybody
    else, operators' staff and the support desk included: nobody's health data.

    Operators' staff get the scope of their operator from `subscribers.access.scope_for_operator`.
    Three doors of pages ask for another scope: what a clinician opened by break-glass
    (`scope_for_opened`), whom somebody watches along (`scope_for_family`), and the support desk's
    look-ups (`Scope.support`).
    """
    if not isinstance(user, User) or not user.is_active:
        return Scope.nobody()
    if user.role == Role.CLINICIAN:
        staff = hospital_of(user, now=now)
        return scope_for_staff(staff, now=now) if staff else Scope.nobody()
    if user.role == Role.MEMBER:
        return Scope.people(_patients_of(user))
    return Scope.nobody()


def scope_for_staff(staff: HospitalStaff, *, now: datetime) -> Scope:
    """The people in the care of the hospital where somebody works, once that is known."""
    return Scope.hospital(staff.hospital_id, now=now)


def scope_for_opened(staff: HospitalStaff, *, now: datetime) -> Scope:
    """The people whom this clinician opened by break-glass, for doors that only read."""
    return Scope.opened(staff.hospital_id, user_id=staff.user_id, now=now)


def scope_for_family(user: User | AnonymousUser, *, now: datetime) -> Scope:
    """Readings of those who let this member watch along and consent to care; else nobody's."""
    if not isinstance(user, User) or not user.is_active or user.role != Role.MEMBER:
        return Scope.nobody()
    return Scope.family(user.pk, now=now)
