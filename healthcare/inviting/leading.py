"""What a worker does for a wave besides sending: remind, expire, take back, finish.

Each step is one transaction in the system scope that holds the wave's lock and takes a chunk.
"""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from healthcare.audit.actors import Actor
from healthcare.inviting import ending, planning
from healthcare.inviting.models import (
    LIVING,
    Invitation,
    InvitationWave,
    MessageKind,
    MessageState,
    OutboxFile,
    OutboxMessage,
    WaveState,
)
from healthcare.inviting.waves import note

CHUNK = 1_000


def step(*, wave_id: int, now: datetime, by: Actor) -> bool:
    """One chunk of what is due for this wave. Returns whether there may be more."""
    wave = (
        InvitationWave.objects.select_for_update(skip_locked=True)
        .filter(pk=wave_id)
        .exclude(state__in=[WaveState.DONE, WaveState.PLANNED])
        .first()
    )
    if wave is None:
        return False
    match wave.state:
        case WaveState.PLANNING:
            return planning.step(wave_id=wave_id, now=now, by=by)
        case WaveState.CANCELLED:
            return _withdraw(wave, _living(wave), because=ending.Withdrawn.CANCELLED, now=now)
    if _expire(wave, now) or _give_up(wave, now):
        return True
    if wave.state == WaveState.RUNNING and wave.starts_at <= now:
        return _remind(wave, now) or _finish(wave, now=now, by=by)
    return False


def waves_to_lead() -> list[int]:
    """Waves for which something is to be done, or may be."""
    living = Invitation.objects.filter(LIVING, wave=OuterRef("pk"))
    nameless = OutboxFile.objects.filter(wave=OuterRef("pk"), published_at=None)
    return list(
        InvitationWave.objects.filter(
            Q(state__in=[WaveState.PLANNING, WaveState.RUNNING, WaveState.PAUSED])
            | Q(Exists(living), state=WaveState.CANCELLED)
            | Q(Exists(nameless))
        ).values_list("pk", flat=True)
    )


def _living(wave: InvitationWave) -> QuerySet[Invitation]:
    return Invitation.objects.filter(LIVING, wave=wave)


def _chunk(found: QuerySet[Invitation]) -> list[int]:
    """Without waiting: what somebody holds is left to the next time."""
    free = found.select_for_update(of=("self",), skip_locked=True).order_by("pk")
    return [invitation.pk for invitation in free.only("pk")[:CHUNK]]


def _expire(wave: InvitationWave, now: datetime) -> bool:
    over = _chunk(_living(wave).filter(expires_at__lte=now))
    return bool(over) and ending.end(over, wave=wave, how="expired", now=now) > 0


def _give_up(wave: InvitationWave, now: datetime) -> bool:
    """What never left by the time its link would have expired leaves no more."""
    if wave.starts_at + timedelta(days=wave.expiry_days) > now:
        return False
    dead = OutboxMessage.objects.filter(invitation=OuterRef("pk"), state=MessageState.DEAD)
    lost = _living(wave).filter(Exists(dead), sent_at=None)
    return _withdraw(wave, lost, because=ending.Withdrawn.UNSENT, now=now)


def _withdraw(
    wave: InvitationWave, found: QuerySet[Invitation], *, because: str, now: datetime
) -> bool:
    taken = _chunk(found)
    if not taken:
        return False
    return ending.end(taken, wave=wave, how="withdrawn", because=because, now=now) > 0


def _remind(wave: InvitationWave, now: datetime) -> bool:
    if not wave.reminder_days:
        return False
    reminded = OutboxMessage.objects.filter(invitation=OuterRef("pk"), kind=MessageKind.REMINDER)
    due = _living(wave).filter(
        ~Exists(reminded),
        sent_at__lte=now - timedelta(days=wave.reminder_days),
        expires_at__gt=now,
    )
    chosen = Invitation.objects.filter(pk__in=_chunk(due)).only("pk", "channel")
    made = OutboxMessage.objects.bulk_create(
        [
            OutboxMessage(
                wave=wave,
                invitation=invitation,
                kind=MessageKind.REMINDER,
                channel=invitation.channel,
                run_after=now,
            )
            for invitation in chosen
        ]
    )
    return bool(made)


def _finish(wave: InvitationWave, *, now: datetime, by: Actor) -> bool:
    if not _living(wave).exists():
        wave.state = WaveState.DONE
        wave.save(update_fields=["state"])
        note("done", wave, now=now, by=by)
    return False
