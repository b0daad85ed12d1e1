"""Brakes are pulled, released and asked.

Who sends asks in the transaction that sends, by `hold_unless_pulled`. It takes a lock that it
shares with all others who send, and that whoever pulls the brake takes alone. So when a pull has
committed, what was under way is over, and nothing after it passes: no cache, no delay.
"""

from datetime import datetime

from django.db import connection, transaction

from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.brakes.models import CHANNELS, Brake, Kind

# One lock a kind: stopping charges need not wait for a delivery.
_LOCKS = {
    Kind.INVITATIONS: 5_551_001,
    Kind.CHARGES: 5_551_002,
    Kind.DELIVERIES: 5_551_003,
}


class BrakeRefused(ValueError):
    """What was asked of a brake cannot be; the message says why and what to do."""


class Pulled(RuntimeError):
    """This is stopped; the message says since when and why. Nothing is lost: it waits."""


def parse(name: str) -> tuple[Kind, str]:
    """The kind and what it is of, from `charges`, `charges:demo`, `invitations:demo` or
    `deliveries:inbox`.

    Raises:
        BrakeRefused: no brake has this name.
    """
    kind, _, of = name.strip().partition(":")
    if kind not in Kind.values:
        raise BrakeRefused(f"There is no brake {kind!r}; there are: {', '.join(Kind.values)}.")
    if kind == Kind.DELIVERIES and of not in CHANNELS:
        names = ", ".join(f"deliveries:{channel}" for channel in CHANNELS)
        raise BrakeRefused(f"Name the channel of deliveries: {names}.")
    return Kind(kind), of


@transaction.atomic
def pull(*, kind: Kind, of: str = "", reason: str, now: datetime, by: Actor) -> Brake:
    """Stop it. Waits for what is being sent this moment. A brake that is pulled stays as it is.

    Raises:
        BrakeRefused: without a reason.
    """
    if not reason.strip():
        raise BrakeRefused("Say why: who finds it stopped tomorrow reads this reason.")
    _lock(kind, alone=True)
    standing = Brake.objects.filter(kind=kind, of=of, released_at=None).first()
    if standing is not None:
        return standing
    brake = Brake.objects.create(
        kind=kind, of=of, reason=reason.strip(), pulled_at=now, pulled_by=str(by)
    )
    _note("brakes.pulled", brake, now, by)
    return brake


@transaction.atomic
def release(*, kind: Kind, of: str = "", now: datetime, by: Actor) -> bool:
    """Let it go on. Returns False when it was not stopped."""
    _lock(kind, alone=True)
    brake = Brake.objects.filter(kind=kind, of=of, released_at=None).first()
    if brake is None:
        return False
    brake.released_at, brake.released_by = max(now, brake.pulled_at), str(by)
    brake.save(update_fields=["released_at", "released_by"])
    _note("brakes.released", brake, now, by)
    return True


def pulled(kind: Kind, *of: str) -> Brake | None:
    """What stops this kind for one of these, or for all; None when nothing does. To be shown, or to
    save work: who sends asks `hold_unless_pulled`."""
    return Brake.objects.filter(kind=kind, of__in=["", *of], released_at=None).first()


def all_pulled() -> list[Brake]:
    """Everything that is stopped now, the latest first."""
    return list(Brake.objects.filter(released_at=None))


def hold_unless_pulled(kind: Kind, *of: str) -> None:
    """Call it in the transaction that sends; until its end nobody pulls this brake.

    Raises:
        Pulled: it is stopped for one of these, or for all.
    """
    _lock(kind, alone=False)
    brake = pulled(kind, *of)
    if brake is not None:
        raise Pulled(
            f"{brake.name} is stopped since {brake.pulled_at:%Y-%m-%d %H:%M} UTC: {brake.reason}"
            f" What waits stays; manage.py brake release {brake.name} lets it go on."
        )


def _lock(kind: Kind, *, alone: bool) -> None:
    with connection.cursor() as cursor:
        if alone:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCKS[kind]])
        else:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_LOCKS[kind]])


def _note(action: str, brake: Brake, now: datetime, by: Actor) -> None:
    record(
        action=action,
        subject_type="brake",
        subject_id=brake.name,
        details={"reason": brake.reason},
        at=now,
        by=by,
    )
