"""Sign-in through the operator's account: which log-in it opens, and which sessions it opened.

`line_door` calls these in a system scope, because nobody is signed in yet. An account at the
operator opens a log-in only through a `LineAccess`, which the member makes while signed in with
their own means; that somebody has a number or a contract now opens nothing by itself.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from healthcare.accounts.models import Role, Session, User
from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.kernel.periods import local_date
from healthcare.patients.models import Patient
from healthcare.subscribers.line_ends import end_sessions
from healthcare.subscribers.models import (
    Contract,
    LineAccess,
    LineSession,
    LineSuspension,
    Operator,
)

UNLINKED = "unlinked"


class CannotLink(ValueError):
    """The account cannot open this log-in; the message says why."""


@transaction.atomic
def link(*, contract: Contract, user: User, subject: str, now: datetime, by: Actor) -> LineAccess:
    """From now on the operator's account `subject` opens this member's log-in. Again: the same row.

    Raises:
        CannotLink: the contract is not this member's, is over or suspended, or one of the two is
            linked to something else.
    """
    contract = (
        Contract.objects.select_for_update(of=("self",))
        .select_related("operator")
        .get(pk=contract.pk)
    )
    if not Patient.objects.filter(pk=contract.patient_id, user=user).exists():
        raise CannotLink("This contract belongs to somebody else: use your own operator account.")
    if not _opens(contract, now):
        raise CannotLink("This contract has ended or is suspended: it opens nothing.")
    wanted = {"operator_id": contract.operator_id, "contract": contract, "user": user}
    same = LineAccess.objects.filter(**wanted, subject=subject, period__upper_inf=True).first()
    if same is not None:
        return same
    try:
        with transaction.atomic():
            access = LineAccess.objects.create(
                **wanted,
                patient_id=contract.patient_id,
                subject=subject,
                period=DateTimeTZRange(now, None),
            )
    except IntegrityError:
        raise CannotLink(
            "This operator account or this contract is linked already: take that link away first."
        ) from None
    _note("subscribers.line_access_begun", access, now, by)
    return access


def contract_to_link(*, user: User, operator: Operator, now: datetime) -> Contract | None:
    """The contract of this member that the operator's account would be linked to: of those that
    live, the one they have had longest."""
    living = (
        Contract.objects.select_related("operator")
        .filter(operator=operator, patient__user=user, ended_on=None)
        .order_by("activated_on", "pk")
    )
    return next((contract for contract in living if _opens(contract, now)), None)


def access_of(*, operator: Operator, subject: str, now: datetime) -> LineAccess | None:
    """What the operator's account opens now, with its user; None when it opens nothing."""
    access = (
        LineAccess.objects.select_related("user", "contract__operator", "patient")
        .filter(operator=operator, subject=subject, period__contains=now)
        .first()
    )
    if access is None or not access.user.is_active or access.user.role != Role.MEMBER:
        return None
    if access.patient.user_id != access.user_id or not _opens(access.contract, now):
        return None
    return access


def session_opened(*, access: LineAccess, session: Session, now: datetime) -> None:
    """Remember a session, so that it ends with the line. Call it in the sign-in's transaction.

    Raises:
        CannotLink: the line ended between the look-up and now.
    """
    # Whoever ends or suspends the line locks the same row, so one of the two sees the other.
    locked = LineAccess.objects.select_for_update(of=("self",)).get(pk=access.pk)
    if locked.period.upper is not None or not _opens(access.contract, now):
        raise CannotLink(
            "This line has ended or is suspended: sign in with your own password or passkey."
        )
    LineSession.objects.create(access=access, session=session)


@transaction.atomic
def unlink(*, access: LineAccess, now: datetime, by: Actor) -> None:
    """The member takes the link away; sessions opened through it end."""
    access.period = DateTimeTZRange(access.period.lower, max(now, access.period.lower))
    access.ended_because = UNLINKED
    access.save(update_fields=["period", "ended_because"])
    end_sessions([access.contract_id], now=now, by=by)
    _note("subscribers.line_access_ended", access, now, by)


def _opens(contract: Contract, now: datetime) -> bool:
    today = local_date(now, ZoneInfo(contract.operator.timezone))
    if Contract.objects.filter(pk=contract.pk).exclude(ended_on=None).exists():
        return False
    return not LineSuspension.objects.filter(contract=contract, period__contains=today).exists()


def _note(action: str, access: LineAccess, now: datetime, by: Actor) -> None:
    record(
        action=action,
        subject_type="user",
        subject_id=access.user_id,
        patient_id=access.patient_id,
        at=now,
        by=by,
    )
