"""Actions on a wave: plan it, start it, halt it, let it go on, leave it. Workers do the rest.

Each locks the wave's row first, like everything that changes a wave's invitations: who sends waits
for nobody while holding one, so two never wait for each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from healthcare.audit.actors import Actor
from healthcare.audit.recording import record
from healthcare.inviting.models import (
    Channel,
    InvitationWave,
    MessageState,
    OutboxMessage,
    WaveState,
)
from healthcare.subscribers.models import Operator

LONGEST = 365
FASTEST = 10_000


class WaveRefused(ValueError):
    """The wave cannot be so; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What somebody wants of a wave.

    Attributes:
        cut_over_on: who has a contract on that day is invited.
        channels: in order; the first by which somebody can be reached is theirs.
        pace: messages a minute.
        reminder_days: after sending; 0 for no reminder.
    """

    name: str
    cut_over_on: date
    starts_at: datetime
    channels: Sequence[str]
    pace: int = 60
    expiry_days: int = 30
    reminder_days: int = 10


@transaction.atomic
def plan(*, operator: Operator, plan: Plan, now: datetime, by: Actor) -> InvitationWave:
    """Make a wave; a worker then looks for whom it invites. Nothing goes out before `start`.

    Raises:
        WaveRefused: the name is taken, a channel is off, or a figure is out of bounds.
    """
    _check(plan)
    try:
        with transaction.atomic():
            wave = InvitationWave.objects.create(
                operator=operator,
                name=plan.name.strip(),
                cut_over_on=plan.cut_over_on,
                starts_at=plan.starts_at,
                channels=list(plan.channels),
                pace=plan.pace,
                expiry_days=plan.expiry_days,
                reminder_days=plan.reminder_days,
                made_at=now,
                made_by=str(by),
            )
    except IntegrityError as error:
        raise WaveRefused(
            f"A wave named {plan.name.strip()!r} is there already: choose another name."
        ) from error
    note("planned", wave, now=now, by=by)
    return wave


def start(*, wave: InvitationWave, now: datetime, by: Actor) -> None:
    """Let a planned wave go out from its start on. Raises `WaveRefused`."""
    _turn(wave, WaveState.RUNNING, {WaveState.PLANNED}, now=now, by=by, verb="started")


def pause(*, wave: InvitationWave, now: datetime, by: Actor) -> None:
    """No further message of it leaves. Links that are out go on working. Raises `WaveRefused`."""
    _turn(wave, WaveState.PAUSED, {WaveState.RUNNING}, now=now, by=by, verb="paused")


def resume(*, wave: InvitationWave, now: datetime, by: Actor) -> None:
    """A paused wave goes on. Raises `WaveRefused`."""
    _turn(wave, WaveState.RUNNING, {WaveState.PAUSED}, now=now, by=by, verb="resumed")


def cancel(*, wave: InvitationWave, now: datetime, by: Actor) -> None:
    """No message leaves, and its links open nothing from now on. Raises `WaveRefused`."""
    before = {WaveState.PLANNING, WaveState.PLANNED, WaveState.RUNNING, WaveState.PAUSED}
    _turn(wave, WaveState.CANCELLED, before, now=now, by=by, verb="cancelled")


@transaction.atomic
def try_again(*, wave: InvitationWave, now: datetime, by: Actor) -> int:
    """Messages that were given up go out once more. Returns their number.

    Raises:
        WaveRefused: the wave is over.
    """
    locked = InvitationWave.objects.select_for_update().get(pk=wave.pk)
    if locked.state in (WaveState.DONE, WaveState.CANCELLED):
        raise WaveRefused("This wave is over: invite them in another one.")
    dead = OutboxMessage.objects.filter(wave=locked, state=MessageState.DEAD).update(
        state=MessageState.WAITING, attempts=0, leased_until=None, run_after=now
    )
    if dead:
        InvitationWave.objects.filter(pk=locked.pk).update(failed=F("failed") - dead)
        note("tried_again", locked, now=now, by=by, messages=dead)
    return dead


def note(verb: str, wave: InvitationWave, *, now: datetime, by: Actor, **counts: int) -> None:
    """An audit record about a wave, with numbers and without people."""
    record(
        action=f"inviting.wave_{verb}",
        subject_type="wave",
        subject_id=wave.pk,
        details={"counts": counts} if counts else {},
        at=now,
        by=by,
    )


def channels_on() -> list[Channel]:
    """The channels of this installation; e-mail only when a mail server is named."""
    return [c for c in Channel if c != Channel.SMTP or settings.EMAIL_HOST]


@transaction.atomic
def _turn(
    wave: InvitationWave,
    to: WaveState,
    before: set[WaveState],
    *,
    now: datetime,
    by: Actor,
    verb: str,
) -> None:
    locked = InvitationWave.objects.select_for_update().get(pk=wave.pk)
    if locked.state == to:
        return
    if locked.state not in before:
        stands = WaveState(locked.state).label
        raise WaveRefused(f"This cannot be done now: the wave is {stands}. Look at it again.")
    locked.state = to
    locked.save(update_fields=["state"])
    wave.state = to
    note(verb, locked, now=now, by=by)


def _check(plan: Plan) -> None:
    if not plan.name.strip():
        raise WaveRefused("Give the wave a name.")
    if not plan.channels or len(set(plan.channels)) != len(plan.channels):
        raise WaveRefused("Choose at least one channel, and each once.")
    on = [channel.value for channel in channels_on()]
    if off := [channel for channel in plan.channels if channel not in on]:
        raise WaveRefused(
            f"Not available here: {', '.join(off)}. E-mail needs EMAIL_HOST; there are:"
            f" {', '.join(on)}."
        )
    if not 1 <= plan.pace <= FASTEST:
        raise WaveRefused(f"The pace is 1 to {FASTEST} messages a minute.")
    if not 1 <= plan.expiry_days <= LONGEST:
        raise WaveRefused(f"A link works for 1 to {LONGEST} days.")
    if not 0 <= plan.reminder_days < plan.expiry_days:
        raise WaveRefused("The reminder comes before the link expires; 0 for none.")
