"""Accounts at a hospital's provider: which clinician's log-in each opens, made and ended.

A link is made by the clinician, signed in with their own means, or by whoever gives out log-ins.
Nothing is guessed from what the provider says about mail addresses or names.
"""

from datetime import datetime

from django.db import IntegrityError, transaction

from healthcare.accounts import sessions
from healthcare.accounts.models import (
    ExternalIdentity,
    HospitalStaff,
    IdentityProvider,
    Role,
    Session,
    User,
)
from healthcare.audit.actors import Actor
from healthcare.audit.recording import record


class CannotLink(ValueError):
    """The account cannot open this log-in; the message says why."""


def works_where(user: User, provider: IdentityProvider, *, now: datetime) -> bool:
    """Whether this is a clinician who works now at the hospital whose provider it is."""
    return (
        provider.hospital_id is not None
        and user.role == Role.CLINICIAN
        and HospitalStaff.objects.filter(
            user=user, hospital_id=provider.hospital_id, period__contains=now
        ).exists()
    )


def user_of(provider: IdentityProvider, *, subject: str, now: datetime) -> User | None:
    """Whose log-in this account opens now; None when it opens nothing."""
    identity = (
        ExternalIdentity.objects.select_related("user")
        .filter(provider=provider, subject=subject, ended_at=None)
        .first()
    )
    if identity is None or not identity.user.is_active:
        return None
    return identity.user if works_where(identity.user, provider, now=now) else None


@transaction.atomic
def link(
    *, user: User, provider: IdentityProvider, subject: str, now: datetime, by: Actor
) -> ExternalIdentity:
    """From now on this account opens this clinician's log-in. Again: the same row.

    Raises:
        CannotLink: they do not work at that hospital, or one of the two is linked already.
    """
    # Whoever moves them away locks the same row, so one of the two sees the other.
    locked = User.objects.select_for_update().get(pk=user.pk)
    if not works_where(locked, provider, now=now):
        raise CannotLink(
            f"{provider.name} signs in clinicians of its hospital only, and {user.username} is none"
            " of them now."
        )
    wanted = {"provider": provider, "subject": subject, "user": locked, "ended_at": None}
    same = ExternalIdentity.objects.filter(**wanted).first()
    if same is not None:
        return same
    try:
        with transaction.atomic():
            identity = ExternalIdentity.objects.create(**wanted, linked_at=now)
    except IntegrityError:
        raise CannotLink(
            "This account or this log-in is linked already: take that link away first."
        ) from None
    _note("linked", user=user, provider=provider, now=now, by=by)
    return identity


@transaction.atomic
def unlink(*, user: User, provider: IdentityProvider, now: datetime, by: Actor) -> bool:
    """Take the link away and end the sessions opened through it; False when there is none."""
    ended = ExternalIdentity.objects.filter(user=user, provider=provider, ended_at=None).update(
        ended_at=now
    )
    if ended:
        opened = Session.objects.filter(user=user, provider=provider, ended_at=None)
        ids = list(opened.values_list("pk", flat=True))
        sessions.end_these(ids, why="link", now=now, by=by)
        _note("unlinked", user=user, provider=provider, now=now, by=by)
    return bool(ended)


def _note(what: str, *, user: User, provider: IdentityProvider, now: datetime, by: Actor) -> None:
    record(
        action=f"accounts.identity_{what}",
        subject_type="user",
        subject_id=user.pk,
        details={"provider": provider.code},
        at=now,
        by=by,
    )
