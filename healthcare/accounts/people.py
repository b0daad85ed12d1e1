"""Actions on people who sign in: make a user, give them a token, change their role or hospital.

Whatever takes a place away from somebody ends their sessions, their tokens and what the account at
their hospital opened in the same transaction.
"""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from healthcare.accounts import sessions
from healthcare.accounts.credentials import new_token
from healthcare.accounts.models import ExternalIdentity, HospitalStaff, PersonalToken, Role, User
from healthcare.audit.actors import Actor
from healthcare.audit.recording import Detail, record
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
        ValidationError: the password is too short or among those that are guessed first.
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
    if password is not None:
        # Now, because the name of the hospital is guessed first.
        validate_password(password, user)
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


@transaction.atomic
def change_role(
    *, user: User, role: Role, hospital: Hospital | None = None, now: datetime, by: Actor
) -> None:
    """Make somebody something else. A clinician comes with a hospital; others leave theirs.

    Raises:
        ValueError: a clinician without a hospital, or a hospital for somebody else.
    """
    if (role == Role.CLINICIAN) != (hospital is not None):
        raise ValueError("A clinician, and only a clinician, belongs to a hospital: name its code.")
    locked = _lock(user)
    details: dict[str, Detail] = {"from": locked.role, "to": role.value}
    _close_staff(locked, now=now)
    if hospital is not None:
        HospitalStaff.objects.create(
            user=locked, hospital=hospital, period=DateTimeTZRange(now, None)
        )
    User.objects.filter(pk=locked.pk).update(role=role)
    user.role = role
    _shut_out(locked, action="accounts.change_role", details=details, now=now, by=by)


@transaction.atomic
def move_to_hospital(*, user: User, hospital: Hospital, now: datetime, by: Actor) -> None:
    """A clinician works at another hospital from now on.

    Raises:
        ValueError: not a clinician.
    """
    locked = _lock(user)
    if locked.role != Role.CLINICIAN:
        raise ValueError(f"{locked.username} is no clinician: change the role first.")
    _close_staff(locked, now=now)
    HospitalStaff.objects.create(user=locked, hospital=hospital, period=DateTimeTZRange(now, None))
    details: dict[str, Detail] = {"hospital": hospital.code}
    _shut_out(locked, action="accounts.move_to_hospital", details=details, now=now, by=by)


@transaction.atomic
def leave_hospital(*, user: User, now: datetime, by: Actor) -> None:
    """A clinician works at no hospital from now on; the log-in stays and opens nothing."""
    locked = _lock(user)
    _close_staff(locked, now=now)
    _shut_out(locked, action="accounts.leave_hospital", details={}, now=now, by=by)


@transaction.atomic
def deactivate(*, user: User, now: datetime, by: Actor) -> None:
    """Somebody signs in no more. The row stays, for the records that name them."""
    locked = _lock(user)
    _close_staff(locked, now=now)
    User.objects.filter(pk=locked.pk).update(is_active=False)
    user.is_active = False
    _shut_out(locked, action="accounts.deactivate", details={}, now=now, by=by)


def _lock(user: User) -> User:
    return User.objects.select_for_update().get(pk=user.pk)


def _close_staff(user: User, *, now: datetime) -> None:
    for staff in HospitalStaff.objects.filter(user=user, period__contains=now):
        if staff.period.lower == now:
            staff.delete()  # begun in this very moment: there was no such time
            continue
        staff.period = DateTimeTZRange(staff.period.lower, now)
        staff.save(update_fields=["period"])
    # Nobody begins later at a place they have left.
    HospitalStaff.objects.filter(user=user, period__startswith__gt=now).delete()


def _shut_out(
    user: User, *, action: str, details: dict[str, Detail], now: datetime, by: Actor
) -> None:
    ended = sessions.end(user=user, now=now, by=by)
    tokens = PersonalToken.objects.filter(user=user, revoked_at=None).update(revoked_at=now)
    ExternalIdentity.objects.filter(user=user, ended_at=None).update(ended_at=now)
    record(
        action=action,
        subject_type="user",
        subject_id=user.pk,
        details={**details, "sessions": ended, "tokens": tokens},
        at=now,
        by=by,
    )


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
