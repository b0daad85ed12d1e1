"""The holder of a link: who invites them, whether they are the person, and what they answer.

Who holds a link is nobody yet, so each function opens a system scope and looks at one invitation.
Unknown, used, expired and withdrawn links are one: `None`, or `LinkOver`.
"""

import hmac
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from healthcare.accounts.models import Role, User
from healthcare.accounts.people import create_user
from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.inviting import ending, links, opting_out
from healthcare.inviting.models import LIVING, Invitation, InvitationWave
from healthcare.kernel.periods import local_date
from healthcare.patients.models import Patient
from healthcare.subscribers.enrolling import CannotEnrol, give_own_data
from healthcare.subscribers.models import Operator
from healthcare.subscribers.queries import number_of

MOST_WRONG_PROOFS = 5
DIGITS = 4
HOLDER = Actor("nobody", name="invitation")


class LinkOver(LookupError):
    """The link opens nothing: unknown, used, expired or withdrawn, which look the same."""


class NotThem(ValueError):
    """What was said does not fit the invitation; which part of it is not told."""


class NotTheirs(ValueError):
    """This log-in cannot be used: it is for work, or opens somebody's data already."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What only the person says of themselves: birth date, and the last digits of their number, or
    of the contract's id when it has none."""

    birth_date: date = field(repr=False)
    digits: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewLogIn:
    """The log-in that somebody makes for themselves."""

    username: str
    password: str = field(repr=False)
    full_name: str = field(repr=False)
    language: str = ""


def inviter(*, token: str, now: datetime) -> Operator | None:
    """Who invites by this link; None when it opens nothing."""
    with acting_in(Scope.system("the link of an invitation is opened")):
        found = _open(token, now)
        return found.wave.operator if found else None


def check(*, token: str, proof: Proof, now: datetime) -> None:
    """Whether whoever holds the link is the person.

    Raises:
        LinkOver: it opens nothing.
        NotThem: the proof is wrong; that was counted, and after the fifth the link is over.
    """
    with acting_in(Scope.system("the holder of an invitation proves to be the person")):
        found = _locked(token, now)
        fits = _fits(found, proof, now)
        if not fits:
            _count_wrong(found, now=now)
    # Raised outside: an error inside would take the count back.
    if not fits:
        raise NotThem


def accept(*, token: str, proof: Proof, log_in: NewLogIn | User, now: datetime) -> User:
    """Bind the person to a new log-in, or to one that is theirs. Consent is asked for afterwards.

    Raises:
        LinkOver, NotThem: as `check` does.
        NotTheirs: the log-in given cannot be used.
        IntegrityError: the user name was taken this moment.
    """
    check(token=token, proof=proof, now=now)
    with acting_in(Scope.system("an invitation is accepted")):
        return _bind(_locked(token, now), log_in, now=now)


def say_no(*, token: str, now: datetime) -> Operator:
    """The holder wants no more invitations. Raises `LinkOver`."""
    with acting_in(Scope.system("an invitation is answered with no")):
        found = _locked(token, now)
        opting_out.opt_out(patient_id=found.patient_id, now=now, by=HOLDER)
        return found.wave.operator


def _open(token: str, now: datetime) -> Invitation | None:
    return _opened_by(token, now).first()


def _locked(token: str, now: datetime) -> Invitation:
    """The open invitation and its wave, locked; the wave first. Only the end of its line takes
    them the other way round, and is not waited for: the link is over then."""
    found = _open(token, now)
    if found is None:
        raise LinkOver
    InvitationWave.objects.select_for_update().get(pk=found.wave_id)
    locked = _opened_by(token, now).select_for_update(of=("self",), skip_locked=True).first()
    if locked is None:
        raise LinkOver
    return locked


def _opened_by(token: str, now: datetime) -> QuerySet[Invitation]:
    return Invitation.objects.filter(
        LIVING, token_hash=links.hash_of(token), expires_at__gt=now
    ).select_related("wave__operator", "patient", "contract")


def _fits(invitation: Invitation, proof: Proof, now: datetime) -> bool:
    today = local_date(now, ZoneInfo(invitation.wave.operator.timezone))
    number = number_of(contract_id=invitation.contract_id, on=today)
    known = number or invitation.contract.operator_subscriber_id
    # Both are always compared: the answer takes as long whichever is wrong.
    born = invitation.patient.birth_date == proof.birth_date
    ends = hmac.compare_digest(known[-DIGITS:].encode(), proof.digits.encode())
    return born and ends


def _count_wrong(invitation: Invitation, *, now: datetime) -> None:
    invitation.wrong_proofs += 1
    invitation.save(update_fields=["wrong_proofs"])
    if invitation.wrong_proofs >= MOST_WRONG_PROOFS:
        because = ending.Withdrawn.TRIED_OUT
        ending.end([invitation.pk], wave=invitation.wave, how="withdrawn", because=because, now=now)
        _note("inviting.tried_out", invitation, now=now, by=HOLDER)


def _bind(invitation: Invitation, log_in: NewLogIn | User, *, now: datetime) -> User:
    if isinstance(log_in, User):
        user = log_in
        if user.role != Role.MEMBER or Patient.objects.filter(user=user).exists():
            raise NotTheirs
    else:
        user = create_user(
            username=log_in.username,
            password=log_in.password,
            role=Role.MEMBER,
            full_name=log_in.full_name,
            language=log_in.language,
            now=now,
            by=HOLDER,
        )
    if not ending.end([invitation.pk], wave=invitation.wave, how="accepted", now=now):
        raise LinkOver
    try:
        give_own_data(user, invitation.contract, now=now, by=user.actor)
    except CannotEnrol:
        raise LinkOver from None
    _note("inviting.accepted", invitation, now=now, by=user.actor)
    return user


def _note(action: str, invitation: Invitation, *, now: datetime, by: Actor) -> None:
    record(
        action=action,
        subject_type="invitation",
        subject_id=invitation.pk,
        patient_id=invitation.patient_id,
        at=now,
        by=by,
    )
