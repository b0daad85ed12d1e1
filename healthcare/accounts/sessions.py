"""Sessions: opened at sign-in, seen, proved again, ended; an end counts from the next request on.

A session ends by itself after 15 minutes without a request and 12 hours after it was opened,
whatever cookie the browser still holds.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from healthcare.accounts.models import IdentityProvider, Method, Session, User
from healthcare.audit.actors import Actor
from healthcare.audit.recording import record

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=12)
RECENT = timedelta(minutes=5)
SEEN_EVERY = timedelta(seconds=30)
BATCH = 1000


@transaction.atomic
def open_session(
    *,
    user: User,
    method: Method,
    strong: bool,
    address: str | None = None,
    browser: str = "",
    provider: IdentityProvider | None = None,
    proved_at: datetime | None = None,
    now: datetime,
    by: Actor,
) -> Session:
    """Note that somebody signed in.

    Args:
        strong: a second factor or a passkey was shown, here or at the provider that vouches for it.
        provider: at which they signed in, if not here.
        proved_at: when they showed who they are, if not now.
    """
    session = Session.objects.create(
        user=user,
        method=method,
        strong=strong,
        opened_at=now,
        last_seen_at=now,
        proved_at=proved_at or now,
        address=address,
        browser=browser,
        provider=provider,
    )
    record(
        action="accounts.sign_in",
        subject_type="user",
        subject_id=user.pk,
        details={"method": method.value, "session": session.pk},
        at=now,
        by=by,
    )
    return session


def live(*, user: User, now: datetime) -> QuerySet[Session]:
    """The sessions of a person that still count, the last used first."""
    return (
        Session.objects.select_related("provider")
        .filter(user=user, ended_at=None, last_seen_at__gt=now - IDLE, opened_at__gt=now - LONGEST)
        .order_by("-last_seen_at", "-pk")
    )


def find(*, session_id: object, user: User, now: datetime) -> Session | None:
    """This session if it is this person's and still counts."""
    if not isinstance(session_id, int):
        return None
    return live(user=user, now=now).filter(pk=session_id).first()


def see(*, session: Session, now: datetime) -> None:
    """The person is still there. Written at most every half minute."""
    if now - session.last_seen_at >= SEEN_EVERY:
        Session.objects.filter(pk=session.pk).update(last_seen_at=now)
        session.last_seen_at = now


def prove(*, session: Session, now: datetime) -> None:
    """The person showed again what they sign in with."""
    Session.objects.filter(pk=session.pk).update(proved_at=now)
    session.proved_at = now


def is_recent(*, session: Session, now: datetime) -> bool:
    """Whether the last proof is fresh enough for an export or a change of factors."""
    return now - session.proved_at <= RECENT


def strengthen(*, session: Session, method: Method, now: datetime) -> None:
    """A second factor was set up and shown in this session: from now on it counts as strong."""
    Session.objects.filter(pk=session.pk).update(strong=True, method=method, proved_at=now)
    session.strong, session.method, session.proved_at = True, method, now


def end(*, user: User, now: datetime, by: Actor) -> int:
    """End every session of a person. Returns how many ended."""
    return _end(Q(user=user), why="all", now=now, by=by)


def end_one(*, user: User, session_id: int, now: datetime, by: Actor) -> int:
    """End one session of a person; 0 when it is not theirs or ended already."""
    return _end(Q(user=user, pk=session_id), why="one", now=now, by=by)


def end_others(*, user: User, kept: Session, now: datetime, by: Actor) -> int:
    """End every session of a person but this one."""
    return _end(Q(user=user) & ~Q(pk=kept.pk), why="others", now=now, by=by)


def end_these(session_ids: Iterable[int], *, why: str, now: datetime, by: Actor) -> int:
    """End just these, for a reason other than the person's own wish: `line`, `link`."""
    wanted = list(session_ids)
    return sum(
        _end(Q(pk__in=wanted[start : start + BATCH]), why=why, now=now, by=by)
        for start in range(0, len(wanted), BATCH)
    )


@transaction.atomic
def _end(whose: Q, *, why: str, now: datetime, by: Actor) -> int:
    living = Session.objects.select_for_update().filter(whose, ended_at=None).order_by("pk")
    ended = list(living.values_list("pk", "user_id"))
    Session.objects.filter(pk__in=[pk for pk, _ in ended]).update(ended_at=now)
    users: dict[int, int] = {}
    for _pk, user_id in ended:
        users[user_id] = users.get(user_id, 0) + 1
    for user_id, number in users.items():
        record(
            action="accounts.end_sessions",
            subject_type="user",
            subject_id=user_id,
            details={"which": why, "sessions": number},
            at=now,
            by=by,
        )
    return len(ended)
