"""The door with the operator's account: what sign-in and the account pages ask and tell.

Each function looks at one account or one person, in a system scope of its own: at a sign-in nobody
is there yet whose scope it could be, and links are written by nobody else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext

from healthcare.accounts.models import IdentityProvider, Role, Session, User
from healthcare.accounts.signals import SignInRefused
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.subscribers import linking
from healthcare.subscribers.models import LineAccess, Operator

SYSTEM = Scope.system("a sign-in through the operator's account")


@dataclass(frozen=True, slots=True)
class Opened:
    """Whose log-in an account opens, through which `LineAccess`."""

    user: User
    access_id: int


def opened_by(provider: IdentityProvider, *, subject: str, now: datetime) -> Opened | None:
    """What this account at the operator's provider opens now; None when it opens nothing."""
    with acting_in(SYSTEM):
        operator = Operator.objects.filter(identity_provider=provider).first()
        if operator is None:
            return None
        access = linking.access_of(operator=operator, subject=subject, now=now)
        return Opened(access.user, access.pk) if access else None


def remember_session(
    sender: object, session: Session, step: Mapping[str, Any], **_: object
) -> None:
    """Hears of every sign-in: one through the operator's account ends with the line.

    Raises:
        SignInRefused: the line ended between the look-up and now.
    """
    if "line_access" not in step:
        return
    with acting_in(SYSTEM):
        access = LineAccess.objects.select_related("contract__operator").get(pk=step["line_access"])
        try:
            linking.session_opened(access=access, session=session, now=session.opened_at)
        except linking.CannotLink as error:
            raise SignInRefused(
                gettext("This line has just ended or been suspended. Use your own means instead.")
            ) from error


def linked_since(user: User, *, now: datetime) -> list[tuple[IdentityProvider, datetime | None]]:
    """The providers whose accounts can open this member's log-in, and since when they do."""
    if user.role != Role.MEMBER:
        return []
    with acting_in(SYSTEM):
        linked = {access.operator_id: access.period.lower for access in _accesses(user)}
        operators = Operator.objects.select_related("identity_provider").filter(
            identity_provider__is_active=True
        )
        return [
            (operator.identity_provider, linked.get(operator.pk))
            for operator in operators
            if operator.identity_provider is not None
            and (
                operator.pk in linked
                or linking.contract_to_link(user=user, operator=operator, now=now)
            )
        ]


def link_own(user: User, provider: IdentityProvider, *, subject: str, now: datetime) -> None:
    """A member signed in showed which account at their operator is theirs.

    Raises:
        CannotLink: no living contract there is theirs, or something is linked otherwise.
    """
    with acting_in(SYSTEM):
        operator = Operator.objects.filter(identity_provider=provider).first()
        contract = operator and linking.contract_to_link(user=user, operator=operator, now=now)
        if not contract:
            raise linking.CannotLink("No contract of this operator is this member's.")
        linking.link(contract=contract, user=user, subject=subject, now=now, by=user.actor)


def unlink_own(user: User, provider: IdentityProvider, *, now: datetime) -> None:
    """A member takes the links to this operator's accounts away; sessions through them end."""
    with acting_in(SYSTEM):
        for access in _accesses(user).filter(operator__identity_provider=provider):
            linking.unlink(access=access, now=now, by=user.actor)


def _accesses(user: User) -> QuerySet[LineAccess]:
    return LineAccess.objects.filter(user=user, period__upper_inf=True)
