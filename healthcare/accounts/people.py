"""Actions on people who sign in: make a user, put them in a hospital, give them a token."""

from datetime import datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from healthcare.accounts.credentials import new_token
from healthcare.accounts.models import HospitalStaff, PersonalToken, Role, User
from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.hospitals.models import Hospital


@transaction.atomic
def create_user(
    *,
    username: str,
    password: str | None,
    role: Role,
    hospital: Hospital | None = None,
    full_name: str = "",
    language: str = "",
    now: datetime,
    by: Actor,
) -> User:
    """Make a person who can sign in; a clinician also needs a hospital.

    Raises:
        ValueError: a clinician without a hospital, or a hospital for somebody else.
    """
    if (role == Role.CLINICIAN) != (hospital is not None):
        raise ValueError("A clinician, and only a clinician, belongs to a hospital: name its code.")
    user = User.objects.create_user(
        username=username, password=password, role=role, first_name=full_name, language=language
    )
    if hospital is not None:
        HospitalStaff.objects.create(
            user=user, hospital=hospital, period=DateTimeTZRange(now, None)
        )
    record(
        action="accounts.create_user",
        subject_type="user",
        subject_id=user.pk,
        details={"role": role.value},
        at=now,
        by=by,
    )
    return user


@transaction.atomic
def create_personal_token(*, user: User, now: datetime, by: Actor) -> str:
    """Give a person a token for the API and return its text, which is shown only now."""
    token = new_token("p")
    PersonalToken.objects.create(user=user, prefix=token.prefix, hash=token.hash, created_at=now)
    record(
        action="accounts.create_personal_token",
        subject_type="user",
        subject_id=user.pk,
        at=now,
        by=by,
    )
    return token.text


class NotAtAHospital(LookupError):
    """Nobody of this name works at a hospital now; the message says what to do."""


@transaction.atomic
def appoint_lead(*, username: str, is_lead: bool, now: datetime, by: Actor) -> HospitalStaff:
    """A clinician leads at their hospital from now on, or no longer. Raises `NotAtAHospital`."""
    staff = (
        HospitalStaff.objects.select_for_update(of=("self",))
        .filter(user__username=username, period__contains=now)
        .first()
    )
    if staff is None:
        raise NotAtAHospital(
            f"No clinician {username!r} works at a hospital now: check the name, or make one with"
            " manage.py create_user --role clinician --hospital CODE."
        )
    if staff.is_lead != is_lead:
        staff.is_lead = is_lead
        staff.save(update_fields=["is_lead"])
        record(
            action="accounts.lead_appointed" if is_lead else "accounts.lead_ended",
            subject_type="user",
            subject_id=staff.user_id,
            at=now,
            by=by,
        )
    return staff
