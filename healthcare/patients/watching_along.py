"""A member lets somebody of the family watch along: invited by a code, ended at once by either.

The code is shown to the member once and works for seven days, once. It opens nothing by itself:
who accepts signs in with a log-in of their own.
"""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import QuerySet

from healthcare.accounts.credentials import token_hash
from healthcare.accounts.models import Role, User
from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.models import Patient, Watcher

VALID = timedelta(days=7)
MOST_INVITATIONS = 5
# No 0, 1, I, L, O: the code is read aloud. 12 of 31 letters are 59 bits.
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 12


class WatchingRefused(ValueError):
    """The message says why in a word: `invitations`, `code`, `own`, `already` or `role`."""


@transaction.atomic
def invite(*, patient: Patient, now: datetime, by: Actor) -> str:
    """Draw a code for one person and return it as it is read aloud; only its hash is kept.

    Raises `WatchingRefused`: `invitations` while too many codes wait to be used.
    """
    Patient.objects.select_for_update(of=("self",)).get(pk=patient.pk)
    if len(invitations(patient, now=now)) >= MOST_INVITATIONS:
        raise WatchingRefused("invitations")
    code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    Watcher.objects.create(
        patient=patient, invited_at=now, expires_at=now + VALID, code_hash=_hash(code)
    )
    _note("watcher_invited", patient.pk, now=now, by=by)
    return "-".join(code[place : place + 4] for place in range(0, LENGTH, 4))


def is_waiting(*, code: str, now: datetime) -> bool:
    """Whether this code would be taken now, before its holder has a log-in to take it with."""
    with acting_in(Scope.system("an invitation to watch along is shown before a log-in is made")):
        return _waiting(code, now).exists()


def accept(*, code: str, user: User, now: datetime) -> int:
    """Let the person to whom the code was given watch along. Returns the patient's id.

    Raises `WatchingRefused`: `role` (clinicians and staff keep their log-ins for work), `code`
    (unknown, used, taken back or expired), `own`, `already`.
    """
    if user.role != Role.MEMBER:
        raise WatchingRefused("role")
    # Who holds the code is nobody to the member's data yet, so no scope of theirs covers the row.
    with acting_in(Scope.system("accepting an invitation to watch along")):
        invitation = (
            _waiting(code, now).select_for_update(of=("self",)).select_related("patient").first()
        )
        if invitation is None:
            raise WatchingRefused("code")
        if invitation.patient.user_id == user.pk:
            raise WatchingRefused("own")
        if Watcher.objects.filter(
            patient_id=invitation.patient_id, user=user, period__contains=now
        ).exists():
            raise WatchingRefused("already")
        invitation.user = user
        invitation.accepted_at = now
        invitation.period = DateTimeTZRange(now, None)
        invitation.save(update_fields=["user", "accepted_at", "period"])
        _note("watcher_accepted", invitation.patient_id, now=now, by=user.actor)
        return invitation.patient_id


@transaction.atomic
def end(*, watcher: Watcher, now: datetime, by: Actor) -> None:
    """End the watching at once, or take an unused invitation back. Ended is ended: a second call
    changes nothing."""
    standing = Watcher.objects.select_for_update(of=("self",)).get(pk=watcher.pk)
    if standing.period is None:
        standing.delete()
    elif standing.period.upper is None:
        standing.period = DateTimeTZRange(standing.period.lower, now)
        standing.ended_by = str(by)
        standing.save(update_fields=["period", "ended_by"])
    else:
        return
    _note("watcher_ended", standing.patient_id, now=now, by=by)


def watchers(patient: Patient, *, now: datetime) -> list[Watcher]:
    """Who watches along now, their log-ins loaded."""
    return list(
        Watcher.objects.filter(patient=patient, period__contains=now).select_related("user")
    )


def invitations(patient: Patient, *, now: datetime) -> list[Watcher]:
    """Codes that were given out and still work."""
    return list(Watcher.objects.filter(patient=patient, accepted_at=None, expires_at__gt=now))


def watched_by(user: User, *, now: datetime) -> list[Watcher]:
    """Whom this person watches, with the patients loaded; ask it in `Scope.family`, which leaves
    out those who do not consent to care now."""
    return list(Watcher.objects.filter(user=user, period__contains=now).select_related("patient"))


def _waiting(code: str, now: datetime) -> QuerySet[Watcher]:
    return Watcher.objects.filter(code_hash=_hash(code), accepted_at=None, expires_at__gt=now)


def _hash(code: str) -> bytes:
    plain = "".join(letter for letter in code.upper() if letter in LETTERS)
    return token_hash(f"watcher:{plain}")


def _note(verb: str, patient_id: int, *, now: datetime, by: Actor) -> None:
    record(
        action=f"patients.{verb}",
        subject_type="patient",
        subject_id=patient_id,
        patient_id=patient_id,
        at=now,
        by=by,
    )
