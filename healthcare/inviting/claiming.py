"""Which messages a worker may send now: at the wave's pace, each under a lease.

A claim is a transaction of its own, so a message that takes its worker down has counted a try.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from healthcare.brakes import pulling
from healthcare.brakes.models import Kind
from healthcare.inviting.models import InvitationWave, MessageState, OutboxMessage, WaveState

MOST_ATTEMPTS = 5
MOST_AT_ONCE = 1_000
# Longer than a task may run: whoever held it is gone by then.
LEASE = timedelta(seconds=60)
# What a wave may catch up on after it stood still: as long as a sweep is apart.
CATCH_UP = timedelta(seconds=20)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Claim:
    """Messages of one channel, held until `until`."""

    wave_id: int
    channel: str
    message_ids: list[int]
    until: datetime


def claim(*, wave_id: int, now: datetime) -> list[Claim]:
    """Take what is due and what the pace allows; nothing while the brake is pulled.

    Call it in the system scope, in a transaction of its own.
    """
    wave = (
        InvitationWave.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("operator")
        .filter(pk=wave_id, state=WaveState.RUNNING, starts_at__lte=now)
        .first()
    )
    if wave is None or pulling.pulled(Kind.INVITATIONS, wave.operator.code):
        return []
    _bury(wave, now)
    free, used_from = allowance(wave, now)
    due = list(_due(wave, now)[: min(free, MOST_AT_ONCE)])
    if not due:
        return []
    wave.paced_at = used_from + MINUTE / wave.pace * len(due)
    wave.save(update_fields=["paced_at"])
    until = now + LEASE
    OutboxMessage.objects.filter(pk__in=[message.pk for message in due]).update(
        leased_until=until, attempts=F("attempts") + 1
    )
    by_channel: dict[str, list[int]] = {}
    for message in due:
        by_channel.setdefault(message.channel, []).append(message.pk)
    return [Claim(wave.pk, channel, ids, until) for channel, ids in by_channel.items()]


def allowance(wave: InvitationWave, now: datetime) -> tuple[int, datetime]:
    """How many messages may leave now, and from when on that is counted."""
    one = MINUTE / wave.pace
    earliest = now - max(CATCH_UP, one)
    since = max(wave.paced_at, earliest) if wave.paced_at else now - one
    return max(0, (now - since) // one), since


def let_go(claim: Claim) -> None:
    """Give the messages back as if nobody had tried: a brake came between."""
    OutboxMessage.objects.filter(
        pk__in=claim.message_ids, state=MessageState.WAITING, leased_until=claim.until
    ).update(leased_until=None, attempts=F("attempts") - 1)


def _due(wave: InvitationWave, now: datetime) -> QuerySet[OutboxMessage]:
    return (
        OutboxMessage.objects.select_for_update(skip_locked=True)
        .filter(_free(now), wave=wave, state=MessageState.WAITING, run_after__lte=now)
        .order_by("run_after", "pk")
    )


def _bury(wave: InvitationWave, now: datetime) -> None:
    """A message whose last try was never heard of again is dead, too."""
    dead = OutboxMessage.objects.filter(
        _free(now), wave=wave, state=MessageState.WAITING, attempts__gte=MOST_ATTEMPTS
    ).update(state=MessageState.DEAD, leased_until=None)
    if dead:
        wave.failed += dead
        wave.save(update_fields=["failed"])


def _free(now: datetime) -> Q:
    return Q(leased_until=None) | Q(leased_until__lte=now)
